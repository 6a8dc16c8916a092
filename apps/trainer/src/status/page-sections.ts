/** The parts of the status page as HTML. All of it but charts and the scrubber reads without a script. */
import type { AlarmEvent } from '../watch/alarms/alarm.ts';
import { displayNumber } from '../watch/display-number.ts';
import type { SnapshotSheet } from '../watch/snapshot-sheet.ts';
import { MOST_POINTS } from './down-sample.ts';
import { definitionList, escapeHtml } from './html.ts';
import type { PageCurve } from './page/page-data.ts';
import type { PageSnapshots } from './page-snapshots.ts';
import type { RunReading } from './read-run.ts';
import type { RunSummary } from './run-summary.ts';
import { summaryRows } from './summary-rows.ts';

const groupsOf = ({ measured }: SnapshotSheet): readonly (readonly [PageCurve['group'], string])[] => [
  ['terms', 'Terms of the objective, unweighted'],
  ['measured', measured],
  ['progress', 'Progress'],
];
/** Rows of a table of facts nest no deeper than this. */
const DEEPEST = 4;

/** State, progress, speed, and notes. */
export function summarySection(summary: RunSummary): string {
  const { steps, step, notes } = summary;
  const meter = steps === undefined ? '' : `<progress class="meter" max="${steps}" value="${Math.min(step, steps)}" aria-label="Steps taken"></progress>`;
  return `${meter}${definitionList(summaryRows(summary))}${notes.map((note) => `<p class="muted">Note: ${escapeHtml(note)}.</p>`).join('')}`;
}

/** What stands, then what was. */
export function alarmSection(events: readonly AlarmEvent[], standing: readonly AlarmEvent[]): string {
  if (events.length === 0) return '<p>No alarm.</p>';
  const line = (event: AlarmEvent): string => {
    const stands = standing.includes(event);
    const state = stands ? 'stands' : event.event;
    return `<li${stands ? ' class="standing"' : ''}><strong>${event.kind}</strong> ${state}, step ${event.step}, ${escapeHtml(event.time)}: ${escapeHtml(event.message)}</li>`;
  };
  const others = events.filter((event) => !standing.includes(event)).toReversed();
  return `<ul class="alarms">${[...standing, ...others].map(line).join('')}</ul>`;
}

/** Controls and places for the charts. */
export function curveSection(curves: readonly PageCurve[], records: number, sheet: SnapshotSheet): string {
  if (curves.length === 0) return '<p>No record yet.</p>';
  const groups = groupsOf(sheet).filter(([group]) => curves.some((curve) => curve.group === group));
  const sampled = records > MOST_POINTS ? ` ${records} records in ${MOST_POINTS} stretches: the band spans the smallest and the largest value of each, the line is the mean.` : '';
  return `<div class="controls" role="group" aria-label="How curves are drawn">
<label for="smoothing">Smoothing <input id="smoothing" type="range" min="0" max="0.99" step="0.01" value="0.6"> <output id="smoothing-value" for="smoothing">0.60</output></label>
<label for="logarithmic"><input id="logarithmic" type="checkbox"> Logarithmic scale</label></div>
<p class="muted">Drag over a chart to zoom, double-click to see all. The upright line is the snapshot's step.${sampled}</p>
${groups.map(([group, title]) => `<h3>${title}</h3><div class="charts" data-group="${group}"></div>`).join('\n')}
${valueTable(curves.filter(({ group }) => group !== 'progress'))}`;
}

const cell = (value: number | null | undefined): string => `<td>${value === undefined || value === null || !Number.isFinite(value) ? 'not finite' : displayNumber(value)}</td>`;

const valueRow = ({ name, low, mean, high }: PageCurve): string => {
  const [least, most] = [low, high].map((column) => column.filter((value) => value !== null));
  return `<tr><th scope="row">${escapeHtml(name)}</th>${cell(mean[0])}${cell(mean.at(-1))}${cell(least?.reduce((one, other) => Math.min(one, other), Infinity))}${cell(most?.reduce((one, other) => Math.max(one, other), -Infinity))}</tr>`;
};

function valueTable(curves: readonly PageCurve[]): string {
  const head = ['value', 'first', 'last', 'lowest', 'highest'].map((title) => `<th scope="col">${title}</th>`).join('');
  return `<details><summary>Values as a table</summary><div class="table"><table><thead><tr>${head}</tr></thead><tbody>${curves.map(valueRow).join('')}</tbody></table></div></details>`;
}

/** The slider over the snapshots. */
export function snapshotSection({ pictures, note }: PageSnapshots, { columns, description }: SnapshotSheet): string {
  if (pictures.length === 0) return `<p>No snapshot yet.</p>${note === '' ? '' : `<p class="muted">${escapeHtml(note)}</p>`}`;
  const headings = columns.map((title) => `<span>${title}</span>`).join('');
  const above = columns.length === 0 ? `<figcaption>Shows ${description}.</figcaption>` : `<div class="columns" aria-hidden="true">${headings}</div>`;
  return `<div class="scrubber"><button type="button" id="snapshot-back" aria-label="One snapshot back">‹</button>
<input id="snapshot-slider" type="range" min="0" max="0" step="1" value="0" aria-label="Snapshot">
<button type="button" id="snapshot-on" aria-label="One snapshot on">›</button> <output id="snapshot-step" for="snapshot-slider" aria-live="polite"></output></div>
<figure class="snapshot">${above}<img id="snapshot-picture" alt=""></figure>
${note === '' ? '' : `<p class="muted">${escapeHtml(note)}</p>`}`;
}

function flatRows(value: unknown, name: string, depth: number): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || depth === DEEPEST) return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatRows(inner, name === '' ? key : `${name}.${key}`, depth + 1));
}

/** The newest session, and all of them where the run was resumed. */
function factList(facts: unknown): string {
  const { sessions, ...newest } = { ...(facts as { readonly sessions?: readonly unknown[] }) };
  const all = Array.isArray(sessions) && sessions.length > 1 ? `<details><summary>All ${sessions.length} sessions</summary><pre tabindex="0">${escapeHtml(JSON.stringify(sessions, null, 2))}</pre></details>` : '';
  return definitionList(flatRows(newest, '', 0)) + all;
}

/** Versions, machine, engine, dataset; and the config. */
export function provenanceSection({ facts, config }: RunReading): string {
  const known = facts === undefined ? '<p>Not recorded.</p>' : factList(facts);
  const whole = config === undefined ? '<p>Not recorded.</p>' : `<pre tabindex="0">${escapeHtml(JSON.stringify(config, null, 2))}</pre>`;
  return `${known}<details><summary>Config</summary>${whole}</details>`;
}
