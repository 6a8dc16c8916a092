/** How the gallery looks: light and dark, one column to many. */

const LIGHT = '--page:#f4f3f0;--card:#fff;--ink:#1c1e22;--faint:#5b616b;--line:#dedcd6;--accent:#1461b8;--tile:#e9e7e2;--bar:#3b82d6;--warn:#fff4dc';
const DARK = '--page:#121418;--card:#1b1e24;--ink:#e9eaec;--faint:#a3a9b4;--line:#30343c;--accent:#7db6ff;--tile:#262a31;--bar:#5b9df0;--warn:#3a3018';

/** The style sheet. */
export const GALLERY_STYLE = `
:root{color-scheme:light;${LIGHT}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${DARK}}}
:root[data-theme=dark]{color-scheme:dark;${DARK}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main,footer{max-width:86rem;margin:0 auto;padding:0 clamp(.9rem,3vw,2rem)}
header{display:flex;flex-wrap:wrap;gap:.6rem 2rem;align-items:end;justify-content:space-between;padding-top:1.6rem;padding-bottom:1.1rem}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.15;margin:0;letter-spacing:-.015em}
header p{margin:.25rem 0 0;color:var(--faint)}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1rem}.controls label{color:var(--faint);font-size:.9rem}
select,dialog button{font:inherit;font-size:.95rem;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.35rem .7rem;min-height:2.4rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.cards{display:grid;gap:1.1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,36rem),1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:clamp(.8rem,2vw,1.2rem);container-type:inline-size;min-width:0}
.card h2{font-size:1.05rem;margin:0 0 .7rem;overflow-wrap:anywhere}.index{color:var(--faint);font-weight:400}
.pictures{display:grid;gap:.6rem;grid-template-columns:repeat(2,1fr)}
@container (min-width:30rem){.pictures{grid-template-columns:repeat(4,1fr)}.facts{grid-template-columns:1fr 1fr}}
figure{margin:0}figcaption{font-size:.8rem;color:var(--faint);text-align:center;margin-top:.2rem}
.picture{display:block;width:100%;padding:0;border:0;border-radius:.6rem;overflow:hidden;background:var(--tile);cursor:zoom-in}
.picture img{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:cover}
.facts{display:grid;gap:.2rem 1.6rem;margin-top:.5rem}
h3{font-size:.75rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;color:var(--faint);margin:.6rem 0 .2rem}
.pose{display:flex;gap:1.4rem;margin:0}.pose dt{font-size:.8rem;color:var(--faint)}.pose dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums}
.confidence{margin:0;font-size:.9rem}.confidence span{color:var(--faint)}meter{width:7rem;vertical-align:middle}
.expressions{list-style:none;margin:0;padding:0;font-size:.85rem}
.expressions li{display:grid;grid-template-columns:minmax(0,9.5rem) 1fr 2.4rem;gap:.6rem;align-items:center}
.bar{height:.5rem;border-radius:.25rem;background:var(--tile);overflow:hidden}.bar i{display:block;height:100%;border-radius:.25rem;background:var(--bar)}
.number{text-align:right;font-variant-numeric:tabular-nums}.none{margin:0;font-size:.85rem;color:var(--faint)}
.missing,.failures{background:var(--warn);border:1px solid var(--line);border-radius:.8rem;padding:.7rem 1rem;overflow-wrap:anywhere}
.missing{margin:0 0 1.1rem}.failures{margin-top:1.4rem}.failures h2{font-size:1.05rem;margin:0}.failures ul{margin:.3rem 0 0;padding-left:1.2rem}
footer{color:var(--faint);font-size:.85rem;padding-top:1rem;padding-bottom:2rem}
dialog{width:min(96vw,46rem);border:1px solid var(--line);border-radius:1rem;padding:1rem;background:var(--card);color:var(--ink)}
dialog::backdrop{background:rgb(0 0 0/.65)}
dialog p{margin:0 0 .6rem;overflow-wrap:anywhere}.stage{background:var(--tile);border-radius:.6rem;overflow:hidden}
.stage img{display:block;width:100%;max-height:72vh;object-fit:contain}
dialog form{display:flex;gap:.6rem;justify-content:center;margin-top:.8rem}
@media print{.controls,dialog{display:none}.card{break-inside:avoid}}
`;
