/**
 * How a constant factor of the inputs passes through a kernel to its output.
 */
import type { FactorRule } from './kernel-rule.ts';

const unchanged = (factor: number): number => factor;

/** f(c x, ...) = c f(x, ...) in each of the inputs. */
export function linearIn(...inputs: readonly string[]): FactorRule {
  return { inputs, passed: unchanged };
}

/** f(c x) = c f(x) for c > 0. */
export function positivelyLinearIn(...inputs: readonly string[]): FactorRule {
  return { inputs, passed: (factor) => (factor > 0 ? factor : undefined) };
}

/** f(c x) = f(x) for c > 0. */
export const SIGN_ONLY: FactorRule = { inputs: ['x'], passed: (factor) => (factor > 0 ? 1 : undefined) };

/** f(c x) = c^2 f(x). */
export const SQUARED: FactorRule = { inputs: ['x'], passed: (factor) => factor ** 2 };

/** f(c x, c y, ...) = c f(x, y, ...): the factor must be that of all. */
export function linearInAll(...inputs: readonly string[]): FactorRule {
  return { inputs: inputs.length === 0 ? 'every' : inputs, alike: true, passed: unchanged };
}

/** As `linearIn`, but what is added later stays: a factor can only be given to another of the inputs. */
export function exchangedBetween(...inputs: readonly string[]): FactorRule {
  return { inputs, passed: () => undefined };
}
