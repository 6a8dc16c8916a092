/** The report of a preparation as one HTML page that asks nothing of the network. */
import type { PreparationReport } from './preparation-report.ts';
import { skippedByReason } from './preparation-report.ts';

/** Pictures of the page, each as a `data:` address. */
export interface ReportPictures {
  readonly sample: readonly { readonly origin: string; readonly picture: string }[];
  /** By the origin of the duplicate: it, and the photo it is like. */
  readonly duplicates: ReadonlyMap<string, readonly [string, string]>;
}

const MOST_LISTED = 2000;

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem 1.5rem 4rem; color: #1b1f24; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #d8dee4; padding-bottom: .2rem }
table { border-collapse: collapse } td, th { padding: .15rem 1rem .15rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font-size: .85em; overflow-wrap: anywhere } .stopped { background: #ffebe9; border: 1px solid #cf222e; padding: .6rem 1rem }
.grid { display: grid; grid-template-columns: repeat(auto-fill, 96px); gap: 4px } img { width: 96px; height: 96px; display: block; background: #d8dee4 }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem } .pair { display: grid; grid-template-columns: 96px 96px; gap: 2px; align-content: start }
.pair p { grid-column: 1 / 3; margin: .2rem 0 0; font-size: .75rem; line-height: 1.35; overflow-wrap: anywhere }
.bar { background: #0969da; height: .9rem; border-radius: 2px } details { margin-top: .8rem }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } h2 { border-color: #30363d } .stopped { background: #490202 } }
`;

/** @returns the page's text; everything that came with the photos is escaped */
export function reportPage(report: PreparationReport, pictures: ReportPictures): string {
  const names = report.outputs.map(({ folder }) => folder).join(', ');
  const sections = [
    report.stopped === undefined ? '' : `<p class="stopped"><strong>Stopped early.</strong> ${escaped(report.stopped)}</p>`,
    overview(report),
    unused(report),
    faceSides(report),
    skipped(report),
    duplicates(report, pictures),
    sample(report, pictures),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Dataset ${escaped(names)}</title><style>${STYLE}</style></head>
<body><h1>Dataset ${escaped(names)}</h1>
${sections.filter((section) => section !== '').join('\n')}
</body></html>
`;
}

function overview(report: PreparationReport): string {
  const rows: [string, string | number][] = [
    ['images', report.images],
    ['to train on', report.images - report.heldOut],
    ['held out', report.heldOut],
    ['photos read by the last run', report.read],
    ['skipped by the last run', report.skipped.length],
    [`near-duplicates found by the last run, ${report.duplicatesKept ? 'kept' : 'dropped'}`, report.duplicates.length],
    ...Object.entries(report.collections).map(([name, count]): [string, number] => [`collection ${name}`, count]),
    ...Object.entries(report.licences).map(([name, count]): [string, number] => [`licence ${name}`, count]),
  ];
  const folders = report.outputs.map(({ folder, size, hash }) => `<tr><td>${escaped(folder)}</td><td class="n">${size}</td><td><code>${hash}</code></td></tr>`);
  return `${table(rows)}
<table><tr><th>folder</th><th class="n">size</th><th>dataset hash</th></tr>${folders.join('')}</table>`;
}

function unused({ unused: sentences }: PreparationReport): string {
  if (sentences.length === 0) return '';
  return `<h2>Not kept</h2>\n<ul>${sentences.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul>`;
}

function faceSides({ faceSides: { bins, enlarged }, outputs }: PreparationReport): string {
  const highest = Math.max(1, ...bins.map(({ count }) => count));
  const size = Math.max(...outputs.map((output) => output.size));
  const rows = bins.map(({ from, to, count }) => {
    const range = to === null ? `${from} and more` : `${from} to ${to - 1}`;
    return `<tr><td class="n">${range}</td><td class="n">${count}</td><td><div class="bar" style="width:${((count / highest) * 20).toFixed(2)}rem"></div></td></tr>`;
  });
  return `<h2>Face sizes</h2>
<p>Side of the aligned crop in pixels of its photo. ${enlarged} of the faces are smaller than ${size} pixels and were enlarged; <code>minimumFace</code> leaves such faces out.</p>
<table>${rows.join('')}</table>`;
}

function skipped(report: PreparationReport): string {
  if (report.skipped.length === 0) return '<h2>Skipped</h2>\n<p>Nothing.</p>';
  const list = report.skipped.slice(0, MOST_LISTED).map(({ origin, reason }) => `<tr><td>${escaped(origin)}</td><td>${escaped(reason)}</td></tr>`);
  return `<h2>Skipped</h2>
${table(skippedByReason(report.skipped))}
<details><summary>${report.skipped.length} photos${beyond(report.skipped.length)}</summary><table>${list.join('')}</table></details>`;
}

function duplicates(report: PreparationReport, pictures: ReportPictures): string {
  if (report.duplicates.length === 0) return '<h2>Near-duplicates</h2>\n<p>None.</p>';
  const pairs = report.duplicates.flatMap(({ origin, like, distance }) => {
    const pair = pictures.duplicates.get(origin);
    if (pair === undefined) return [];
    const [picture, other] = pair.map((address) => `<img alt="" src="${address}">`);
    return [`<div class="pair">${picture}${other}<p>${escaped(origin)}<br>like ${escaped(like)}<br>${distance} of 256 bits differ</p></div>`];
  });
  const list = report.duplicates.slice(0, MOST_LISTED).map(({ origin, like, distance }) => `<tr><td>${escaped(origin)}</td><td>${escaped(like)}</td><td class="n">${distance}</td></tr>`);
  return `<h2>Near-duplicates</h2>
<p>Left the photo that was ${report.duplicatesKept ? 'found later (both are kept)' : 'dropped'}, right the earlier one that it is like.</p>
<div class="pairs">${pairs.join('')}</div>
<details><summary>${report.duplicates.length} pairs${beyond(report.duplicates.length)}</summary><table>${list.join('')}</table></details>`;
}

function sample({ images }: PreparationReport, pictures: ReportPictures): string {
  const cells = pictures.sample.map(({ origin, picture }) => `<img src="${picture}" alt="${escaped(origin)}" title="${escaped(origin)}">`);
  return `<h2>Sample</h2>\n<p>${cells.length} of ${images} images, evenly spaced.</p>\n<div class="grid">${cells.join('')}</div>`;
}

function beyond(count: number): string {
  return count > MOST_LISTED ? `, the first ${MOST_LISTED} here, all in report.json` : '';
}

function table(rows: readonly (readonly [string, string | number])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><td>${escaped(name)}</td><td class="n">${escaped(String(value))}</td></tr>`).join('')}</table>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
