/**
 * Optimisers as pure functions, item by item: they run eagerly in tfjs and compiled alike.
 */
import { add, clone, div, mul, sqrt, square, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Tensors, or numbers that stand for scalars, by name. */
export type Scalars = Readonly<Record<string, Tensor | number>>;

/** What one update looks at; tensors of one shape. */
export interface OptimiserPoint {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** What the optimiser remembers, by the names in `slots`. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** As `scalars` gives them. */
  readonly scalars: Scalars;
  /** Factor on the rate of each item; absent: 1. */
  readonly rateScale?: Tensor | undefined;
}

/** An optimiser. */
export interface Optimiser {
  readonly rate: number;
  /** What it remembers of each parameter, from zero on. */
  readonly slots: readonly string[];
  /** The numbers of one update. @param updates 1 for the first */
  scalars(updates: number, rate: number): Readonly<Record<string, number>>;
  apply(point: OptimiserPoint): { readonly parameter: Tensor; readonly slots: Readonly<Record<string, Tensor>> };
}

/** Settings of Adam; the defaults are the paper's. */
export interface AdamSettings {
  readonly rate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba 2015) with bias correction. Its slots are the moments `first` and `second`. */
export function adam({ rate, beta1 = BETA1, beta2 = BETA2, epsilon = EPSILON }: AdamSettings): Optimiser {
  return {
    rate,
    slots: ['first', 'second'],
    scalars(updates, present) {
      // m / (sqrt(v / c) + epsilon) = sqrt(c) m / (sqrt(v) + sqrt(c) epsilon): one pass less over a vector.
      const correction = Math.sqrt(1 - beta2 ** updates);
      return { step: (present * correction) / (1 - beta1 ** updates), floor: epsilon * correction };
    },
    apply({ parameter, gradient, slots, scalars, rateScale }) {
      const { step = 0, floor = 0 } = scalars;
      // One tidy for each, so that an eager update holds few vectors at a time.
      const first = tidy(() => (beta1 === 0 ? clone(gradient) : add(mul(slots['first'] as Tensor, beta1), mul(gradient, 1 - beta1))));
      const second = tidy(() => add(mul(slots['second'] as Tensor, beta2), mul(square(gradient), 1 - beta2)));
      const deviation = tidy(() => add(sqrt(second), floor));
      const moved = tidy(() => {
        const move = div(mul(first, step), deviation);
        return sub(parameter, rateScale === undefined ? move : mul(move, rateScale));
      });
      deviation.dispose();
      return { parameter: moved, slots: { first, second } };
    },
  };
}

/** Settings of stochastic gradient descent. */
export interface DescentSettings {
  readonly rate: number;
  /** Share of the last velocity that stays; default 0. */
  readonly momentum?: number;
}

/** Stochastic gradient descent, with momentum where asked for: velocity = momentum * velocity + gradient. */
export function gradientDescent({ rate, momentum = 0 }: DescentSettings): Optimiser {
  return {
    rate,
    slots: momentum === 0 ? [] : ['velocity'],
    scalars: (_, present) => ({ step: present }),
    apply({ parameter, gradient, slots, scalars, rateScale }) {
      const velocity = momentum === 0 ? gradient : add(mul(slots['velocity'] as Tensor, momentum), gradient);
      const move = mul(velocity, scalars['step'] ?? 0);
      return { parameter: sub(parameter, rateScale === undefined ? move : mul(move, rateScale)), slots: momentum === 0 ? {} : { velocity } };
    },
  };
}
