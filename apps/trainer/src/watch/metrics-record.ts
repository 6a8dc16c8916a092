/** One line of `metrics.jsonl`: what a run says of itself every `logEvery` steps. */

/** Means since the line before, unless it says otherwise. */
export interface MetricsRecord {
  /** ISO 8601. */
  readonly time: string;
  /** Steps taken. */
  readonly step: number;
  /** Thousands of images seen. */
  readonly kimg: number;
  readonly imagesPerSecond?: number;
  readonly secondsPerStep?: number;
  /** Share of the time spent waiting for data, 0 to 1. */
  readonly waitingShare?: number;
  /** Memory in use by the process or the device, the larger that is known. */
  readonly memoryBytes?: number;
  /** Unweighted values of the terms, by name; may be NaN or infinite. */
  readonly terms: Readonly<Record<string, number>>;
}

/** One line of `readings.jsonl`: what was measured at a snapshot, such as `identityToSource`. */
export interface ReadingsRecord {
  readonly time: string;
  readonly step: number;
  readonly readings: Readonly<Record<string, number>>;
}

type Fields = Readonly<Record<string, unknown>>;

const NOT_FINITE = new Map<unknown, number>([['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]]);

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : NOT_FINITE.get(value));

const isStep = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function numbersOf(value: unknown): Record<string, number> | undefined {
  if (!isFields(value)) return undefined;
  const entries = Object.entries(value).map(([name, entry]) => [name, numberOf(entry)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, number] => entry[1] !== undefined));
}

/** JSON of a record on one line. JSON has no NaN and no infinity; they are written as strings. */
export function recordLine(record: object): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value));
}

function optionalNumbers(fields: Fields): Partial<MetricsRecord> {
  const names = ['imagesPerSecond', 'secondsPerStep', 'waitingShare', 'memoryBytes'] as const;
  return Object.fromEntries(names.flatMap((name) => (numberOf(fields[name]) === undefined ? [] : [[name, numberOf(fields[name])]])));
}

/** A record from parsed JSON; `undefined` when it is none. */
export function metricsRecordOf(value: unknown): MetricsRecord | undefined {
  if (!isFields(value)) return undefined;
  const { time, step, kimg } = value;
  const terms = numbersOf(value['terms']);
  if (typeof time !== 'string' || !isStep(step) || typeof kimg !== 'number' || terms === undefined) return undefined;
  return { time, step, kimg, ...optionalNumbers(value), terms };
}

/** A record from parsed JSON; `undefined` when it is none. */
export function readingsRecordOf(value: unknown): ReadingsRecord | undefined {
  if (!isFields(value)) return undefined;
  const { time, step } = value;
  const readings = numbersOf(value['readings']);
  return typeof time === 'string' && isStep(step) && readings !== undefined ? { time, step, readings } : undefined;
}
