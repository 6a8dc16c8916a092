/**
 * The swap shows the target's person instead of the source's: on held-out pairs, the identity cosine of the
 * swap to its target is larger than the one to its source. The first model of this repository ended so
 * (0.64 to the target, 0.13 to the source).
 */
import { displayNumber } from '../display-number.ts';
import type { ReadingsRecord } from '../metrics-record.ts';
import type { Alarm } from './alarm.ts';

/** Readings in a row: one grid of few faces may err. */
const WINDOW = 4;
/**
 * A gap that shrank by more than this over the window is closing: reconstruction is learned before
 * identity, so every training comes from there.
 */
const CLOSING = 0.02;

/**
 * @param history readings with `identityToSource` and `identityToTarget`, oldest first; others are passed over
 * @param fromStep readings before it do not count: the step at which the identity term begins
 */
export function collapseToTarget(history: readonly ReadingsRecord[], fromStep: number): Alarm | undefined {
  const gaps = history.flatMap(({ step, readings: { identityToSource: source, identityToTarget: target } }) =>
    step < fromStep || source === undefined || target === undefined ? [] : [{ step, source, target, gap: target - source }],
  );
  const window = gaps.slice(-WINDOW);
  const [first, last] = [window[0], window.at(-1)];
  if (first === undefined || last === undefined || window.length < WINDOW) return undefined;
  if (window.some(({ gap }) => gap <= 0) || first.gap - last.gap > CLOSING) return undefined;
  return {
    kind: 'collapse-to-target',
    step: last.step,
    message:
      `the swap looks like its target: identity to the target ${displayNumber(last.target)}, to the source ${displayNumber(last.source)}, ` +
      `larger in ${WINDOW} readings in a row; try a larger objective.identity, a lower sameShare or objective.otherIdentity, a lower split.targetUpTo, or softening`,
  };
}
