/** The curves of a run's page: every term, what was measured at snapshots, and progress. */
import type { MetricsRecord, ReadingsRecord } from '../watch/metrics-record.ts';
import { downSample } from './down-sample.ts';
import type { CurvePoint } from './down-sample.ts';
import type { PageCurve } from './page/page-data.ts';

const GIGABYTE = 1e9;

type Points = Map<string, CurvePoint[]>;

function add(points: Points, step: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    const curve = points.get(name);
    if (curve === undefined) points.set(name, [[step, value]]);
    else curve.push([step, value]);
  }
}

function curvesOf(points: Points, group: PageCurve['group']): readonly PageCurve[] {
  return [...points].map(([name, curve]) => ({ name, group, ...downSample(curve) }));
}

function progressOf({ imagesPerSecond, secondsPerStep, waitingShare, memoryBytes }: MetricsRecord): Readonly<Record<string, number>> {
  const memory = memoryBytes === undefined ? undefined : memoryBytes / GIGABYTE;
  const named = { 'images a second': imagesPerSecond, 'seconds a step': secondsPerStep, 'share of waiting': waitingShare, 'memory, GB': memory };
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, number] => entry[1] !== undefined));
}

const first = ({ name }: PageCurve): number => (name === 'total' ? 0 : 1);

/** One curve for each name that occurs, `total` first. */
export function pageCurves(records: readonly MetricsRecord[], readings: readonly ReadingsRecord[]): readonly PageCurve[] {
  const [terms, measured, progress]: [Points, Points, Points] = [new Map(), new Map(), new Map()];
  for (const record of records) {
    add(terms, record.step, record.terms);
    add(progress, record.step, progressOf(record));
  }
  for (const { step, readings: values } of readings) add(measured, step, values);
  return [
    ...curvesOf(terms, 'terms').toSorted((one, other) => first(one) - first(other)),
    ...curvesOf(measured, 'measured'),
    ...curvesOf(progress, 'progress'),
  ];
}
