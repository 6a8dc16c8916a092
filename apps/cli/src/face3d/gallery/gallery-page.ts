/** The gallery as one HTML page that asks nothing of the network: every face with its pictures, pose, confidence and strongest expressions. */
import { ANGLES_MEANING, signedDegrees, strongestExpressions } from '../face-report.ts';
import type { HeadReport } from '../face-report.ts';
import type { GalleryPictures } from './gallery-pictures.ts';
import { PICTURE_SIDE } from './gallery-pictures.ts';
import { GALLERY_SCRIPT } from './gallery-script.ts';
import { GALLERY_STYLE } from './gallery-style.ts';

/** One face. */
export interface GalleryFace {
  /** Name of its photo. */
  readonly photo: string;
  readonly report: HeadReport;
  readonly pictures: GalleryPictures;
}

/** A photo, or a face of it, that is not shown. */
export interface GalleryFailure {
  readonly photo: string;
  readonly reason: string;
}

/** What the page shows. */
export interface Gallery {
  readonly model: string;
  readonly faces: readonly GalleryFace[];
  readonly failures: readonly GalleryFailure[];
  /** What is missing to draw heads, where it is. */
  readonly missing?: string | undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const ORDERS = [['order', 'as given'], ['confidence', 'confidence, lowest first'], ['yaw', 'yaw, left to right'], ['pitch', 'pitch, up to down']] as const;
const PERCENT = 100;

/** Any text, safe between tags and in attributes. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function picture(source: string | undefined, alt: string, caption: string): string {
  if (source === undefined) return '';
  return `<figure><button type="button" class="picture"><img src="${source}" alt="${escaped(alt)}" width="${PICTURE_SIDE}" height="${PICTURE_SIDE}"></button><figcaption>${caption}</figcaption></figure>`;
}

function pictures({ photo, report: { pose, index }, pictures: { photo: plain, overlay, front, side } }: GalleryFace): string {
  const turned = `yaw ${signedDegrees(pose.yaw)}, pitch ${signedDegrees(pose.pitch)}, roll ${signedDegrees(pose.roll)} degrees`;
  const over = front === undefined ? 'the crop that was read and the axes of the head' : 'the fitted head, its landmarks and axes';
  return [
    picture(plain, `Face ${index} of ${photo}`, 'photo'),
    picture(overlay, `Face ${index} of ${photo} under ${over}: ${turned}`, 'overlay'),
    picture(front, `The head fitted to face ${index} of ${photo}, from the front`, 'front'),
    picture(side, `The head fitted to face ${index} of ${photo}, from the side`, 'side'),
  ].join('');
}

function expressions(report: HeadReport): string {
  const strong = strongestExpressions(report.expression);
  if (strong.length === 0) return '<p class="none">no strong expression</p>';
  const rows = strong.map(([name, value]) => `<li><span>${escaped(name)}</span><span class="bar" aria-hidden="true"><i style="width:${(PERCENT * value).toFixed(0)}%"></i></span><span class="number">${value.toFixed(2)}</span></li>`);
  return `<ul class="expressions">${rows.join('')}</ul>`;
}

function card(face: GalleryFace, order: number): string {
  const { photo, report } = face;
  const { pose, confidence, expectedError } = report;
  const angles = (['yaw', 'pitch', 'roll'] as const).map((angle) => `<div><dt>${angle}</dt><dd>${signedDegrees(pose[angle])}\u00b0</dd></div>`);
  return `<article class="card" aria-labelledby="face-${order}" data-order="${order}" data-confidence="${confidence}" data-yaw="${-pose.yaw}" data-pitch="${-pose.pitch}">
<h2 id="face-${order}">${escaped(photo)} <span class="index">face ${report.index}</span></h2>
<div class="pictures">${pictures(face)}</div>
<div class="facts"><div>
<h3>Pose</h3><dl class="pose">${angles.join('')}</dl>
<h3>Confidence</h3><p class="confidence"><meter min="0" max="1" low="0.5" high="0.75" optimum="1" value="${confidence}" aria-label="Confidence"></meter> <b>${confidence.toFixed(2)}</b> <span>landmarks within ${expectedError.toFixed(1)} % of the eyes' distance</span></p>
</div><div><h3>Strongest expressions</h3>${expressions(report)}</div></div>
</article>`;
}

function failures(list: readonly GalleryFailure[]): string {
  if (list.length === 0) return '';
  const rows = list.map(({ photo, reason }) => `<li><b>${escaped(photo)}</b> ${escaped(reason)}</li>`);
  return `<section class="failures" aria-labelledby="failures"><h2 id="failures">Not shown</h2><ul>${rows.join('')}</ul></section>`;
}

const options = ORDERS.map(([value, text]) => `<option value="${value}">${text}</option>`).join('');

const CONTROLS = `<form class="controls"><label>Order <select id="order">${options}</select></label>
<label>Colours <select id="theme"><option value="">of the system</option><option value="light">light</option><option value="dark">dark</option></select></label></form>`;

const VIEWER = `<dialog id="viewer" aria-label="Picture"><p id="caption" aria-live="polite"></p><div class="stage"><img id="large" alt=""></div>
<form method="dialog"><button type="button" id="back">Previous</button><button type="button" id="next">Next</button><button>Close</button></form></dialog>`;

/** @returns the page's text; everything that came with the photos is escaped */
export function galleryPage({ model, faces, failures: failed, missing }: Gallery): string {
  const count = `${many(faces.length, 'face')} read by ${escaped(model)}${failed.length === 0 ? '' : `, ${failed.length} not shown`}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Faces in 3D: ${count}</title><style>${GALLERY_STYLE}</style></head>
<body><header><div><h1>Faces in 3D</h1><p>${count}. Choose a picture to enlarge it.</p></div>${CONTROLS}</header>
<main>${missing === undefined ? '' : `<p class="missing">${escaped(missing)}</p>`}
<div class="cards" id="cards">${faces.map(card).join('\n')}</div>
${failures(failed)}</main>
<footer><p>Angles: ${escaped(ANGLES_MEANING)}. Axes: red to the person's left, green up, blue out of the face. Expressions are ARKit's, 0 to 1.</p></footer>
${VIEWER}<script>${GALLERY_SCRIPT}</script></body></html>
`;
}
