/**
 * The controller of adaptive discriminator augmentation (Karras et al. 2020, section 3.1). r = E[sign(D(real))] says how much
 * the discriminator overfits: every few steps the probability p moves up when r is above its target, else down, so fast that it
 * could go from 0 to 1 within `kimg` thousand images. Departure from the reference: p also stops at 1, so that it comes down
 * again without delay.
 */
/** What the controller remembers between steps; plain numbers. */
export interface AugmentationState {
  /** Chance of each transformation, 0 to 1. */
  readonly probability: number;
  /** Sum of the signs since the last adjustment, how many they are, and in how many steps. */
  readonly signSum: number;
  readonly signCount: number;
  readonly steps: number;
}

/** How p is controlled. */
export interface AugmentationSettings {
  /** `fixed` never moves p. */
  readonly mode: 'adaptive' | 'fixed';
  /** p before the first step. */
  readonly probability: number;
  /** Reference: 0.6. */
  readonly target: number;
  /** Steps between adjustments; reference: 4. */
  readonly interval: number;
  /** Thousands of images in which p could go from 0 to 1; reference: 500. */
  readonly kimg: number;
}

/** What one step saw. */
export interface ObservedSigns {
  /** Mean of sign(D(real)) over the step's real images, -1 to 1. */
  readonly mean: number;
  /** How many real images it took. */
  readonly count: number;
}

const IMAGES_PER_KIMG = 1000;

/** The state before the first step. */
export function startAugmentation({ probability }: Pick<AugmentationSettings, 'probability'>): AugmentationState {
  return { probability, signSum: 0, signCount: 0, steps: 0 };
}

/**
 * The state after one more step. A mean that is not a number leaves it as it is: that the discriminator has become NaN is for
 * the run's alarms to say.
 */
export function nextAugmentation(state: AugmentationState, { mean, count }: ObservedSigns, settings: AugmentationSettings): AugmentationState {
  if (settings.mode === 'fixed' || Number.isNaN(mean)) return state;
  const seen = { signSum: state.signSum + mean * count, signCount: state.signCount + count, steps: state.steps + 1 };
  if (seen.steps < settings.interval) return { ...state, ...seen };
  const move = seen.signCount / (settings.kimg * IMAGES_PER_KIMG);
  const direction = Math.sign(seen.signSum / seen.signCount - settings.target);
  return startAugmentation({ probability: Math.min(1, Math.max(0, state.probability + direction * move)) });
}
