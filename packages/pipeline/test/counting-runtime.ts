import type { InferenceRuntime } from '@mfim/tensor-contracts';

/** A runtime that writes down, by the names of its outputs, every network that ran. */
export function countingRuntime(inner: InferenceRuntime): { runtime: InferenceRuntime; runs: string[]; released: string[] } {
  const runs: string[] = [];
  const released: string[] = [];
  const runtime: InferenceRuntime = {
    name: inner.name,
    async open(model) {
      const session = await inner.open(model);
      const name = session.inputs.includes('image') ? 'encoder' : session.inputs.includes('previous_rgb') ? 'upper' : 'lower';
      return {
        inputs: session.inputs,
        outputs: session.outputs,
        run: async (feeds, fetches) => {
          runs.push(name);
          return session.run(feeds, fetches);
        },
        release: async () => {
          released.push(name);
          await session.release();
        },
      };
    },
  };
  return { runtime, runs, released };
}
