/**
 * How the stage `train` steps: eagerly, where tfjs computes every operation when it is called, or through compiled graphs over
 * a state that stays in the runtime (`compiledStepper`).
 */
import type { StepTerms } from '../run/stage.ts';
import type { StepInputs } from './swap-objective.ts';
import type { TrainingState } from './training-state.ts';
import { trainingStep } from './training-step.ts';
import type { StepContext } from './training-step.ts';

/** Takes steps from one state to the next. */
export interface SwapStepper {
  /** Takes a state over; its tensors are the stepper's from now on. */
  open(state: TrainingState): Promise<TrainingState>;
  /** @param parts the batch, whole or in equal parts; their tensors stay the caller's */
  step(state: TrainingState, parts: readonly StepInputs[]): Promise<{ readonly state: TrainingState; readonly terms: StepTerms }>;
  /** The state with tensors that can be read; they are of use until the next step. */
  read(state: TrainingState): Promise<TrainingState>;
}

/** tfjs computes; the state is tensors, always readable. */
export function eagerStepper(context: StepContext): SwapStepper {
  return {
    open: (state) => Promise.resolve(state),
    step: (state, parts) => Promise.resolve(trainingStep(context, state, parts)),
    read: (state) => Promise.resolve(state),
  };
}
