/** The rows of a summary, for the terminal and for the page. */
import { displayBytes, displayDuration, displayNumber, displayShare } from '../watch/display-number.ts';
import type { RunSummary } from './run-summary.ts';

type Row = readonly [label: string, text: string];

function progressRows(summary: RunSummary): readonly Row[] {
  const { step, steps, kimg, imagesPerSecond, secondsPerStep, secondsLeft, activity } = summary;
  const share = steps === undefined ? '' : ` of ${steps} (${((100 * step) / steps).toFixed(1)} %)`;
  const speed = [imagesPerSecond === undefined ? '' : `${displayNumber(imagesPerSecond)} images/s`, secondsPerStep === undefined ? '' : `${displayNumber(secondsPerStep)} s a step`];
  const left = secondsLeft === undefined ? '' : `${displayDuration(secondsLeft)}${activity.state === 'running' ? '' : ' of training, were it running'}`;
  return [
    ['state', activity.text],
    ['step', `${step}${share}`],
    ['images', kimg === undefined ? '' : `${kimg.toFixed(2)} kimg`],
    ['speed', speed.filter((part) => part !== '').join(', ')],
    ['to go', left],
  ];
}

function machineRows({ waitingShare, memoryBytes, lastRecordAge, checkpoint, snapshots }: RunSummary): readonly Row[] {
  const saved = checkpoint === undefined ? 'none yet' : `${checkpoint.file}${checkpoint.step === undefined ? '' : ` at step ${checkpoint.step}`}, ${displayBytes(checkpoint.bytes)}, ${displayDuration(checkpoint.age)} ago`;
  return [
    ['waiting for data', waitingShare === undefined ? '' : displayShare(waitingShare)],
    ['memory', memoryBytes === undefined ? '' : displayBytes(memoryBytes)],
    ['last record', lastRecordAge === undefined ? 'none yet' : `${displayDuration(lastRecordAge)} ago`],
    ['last checkpoint', saved],
    ['snapshots', String(snapshots)],
  ];
}

/** Labels and texts; what is not known is left out. */
export function summaryRows(summary: RunSummary): readonly Row[] {
  return [...progressRows(summary), ...machineRows(summary)].filter(([, text]) => text !== '');
}

/** The text of `mfim-train status`, lines without an end. */
export function summaryText(summary: RunSummary): readonly string[] {
  const numbers = Object.entries({ ...summary.terms, ...summary.readings }).map(([name, value]): Row => [`  ${name}`, displayNumber(value)]);
  const rows = [...summaryRows(summary), ...numbers];
  const width = Math.max(...rows.map(([label]) => label.length));
  const { standingAlarms: standing, raisedAlarms } = summary;
  return [
    `${summary.name ?? 'run'} in ${summary.folder}`,
    ...rows.map(([label, text]) => `${label.padEnd(width)}  ${text}`),
    ...standing.map(({ kind, step, message }) => `ALARM ${kind} since step ${step}: ${message}`),
    ...(standing.length > 0 ? [] : [raisedAlarms === 0 ? 'no alarm' : `no alarm stands; ${raisedAlarms} in alarms.jsonl`]),
    ...summary.notes.map((note) => `note: ${note}`),
  ];
}
