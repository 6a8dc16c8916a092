/** What a count of memory says, in a line. */
import type { MemoryCount } from '@mfim/tfjs-onnx';
import type { StepPhase } from '../training/training-step.ts';
import { displayBytes } from '../watch/display-number.ts';

/** Names for people. */
export const PHASE_TITLES: Readonly<Record<StepPhase, string>> = {
  swapper: 'pass of encoder and generator',
  discriminator: 'pass of the discriminator',
  r1: 'pass of R1',
  optimiser: 'updates',
};

/** What a count leaves out. */
export const ON_TOP = 'the engine’s allocator and the workspaces of its convolutions come on top';

/** One line; phases that the step does not have are left out. */
export function describeMemory({ peak, phases }: MemoryCount): string {
  const parts = Object.entries(PHASE_TITLES).flatMap(([name, title]) => {
    const bytes = phases.get(name) ?? 0;
    return bytes === 0 ? [] : [`${title} ${displayBytes(bytes)}`];
  });
  const detail = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `tensors take ${displayBytes(peak)} at the peak of a step with every term${detail}; ${ON_TOP}`;
}
