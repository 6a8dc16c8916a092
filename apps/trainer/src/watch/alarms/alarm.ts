/** What can go wrong with a training while it keeps running. */

/** Kinds of alarms. */
export const ALARM_KINDS = ['non-finite', 'collapse-to-target', 'discriminator-saturated', 'dead-codes'] as const;

/** One of them. */
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** Something that a person should look at. */
export interface Alarm {
  readonly kind: AlarmKind;
  readonly step: number;
  /** What was seen, and what to try. */
  readonly message: string;
}

/** A line of `alarms.jsonl`. */
export interface AlarmEvent extends Alarm {
  readonly time: string;
  readonly event: 'raised' | 'cleared';
}

/** An event from parsed JSON; `undefined` when it is none. */
export function alarmEventOf(value: unknown): AlarmEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { time, event, kind, step, message } = value as Record<string, unknown>;
  const known = ALARM_KINDS.find((name) => name === kind);
  if (known === undefined || (event !== 'raised' && event !== 'cleared')) return undefined;
  if (typeof time !== 'string' || typeof message !== 'string' || !Number.isSafeInteger(step)) return undefined;
  return { time, event, kind: known, step: step as number, message };
}
