/**
 * How much memory a tfjs function needs, found by running it with shapes alone: gradients, optimiser and all, of any size, on any
 * machine. Exact for the buffers that tfjs holds; an engine's allocator and the workspaces of its kernels come on top.
 */
import { backend as activeBackend, engine, findBackendFactory, getBackend, registerBackend, removeBackend, setBackend, tidy } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { COUNTING_BACKEND, CountingBackend } from './counting-backend.ts';
import { registerCountingKernels } from './register-counting-kernels.ts';

/** What a run needs, in bytes. */
export interface MemoryCount {
  /** The most in buffers at one time. */
  readonly peak: number;
  /** The same while a `tf.tidy` of that name is open. */
  readonly phases: ReadonlyMap<string, number>;
  /** Tensors from outside that the run reads; contained in the others. */
  readonly outside: number;
  /** The peak as `tf.profile` gives it (the run's own part): every tensor counts, also those that share a buffer. */
  readonly profiled: number;
}

const LOWEST_PRIORITY = 0;

function explain(error: unknown): unknown {
  const kernel = error instanceof Error ? /Kernel '(\w+)' not registered/.exec(error.message)?.[1] : undefined;
  if (kernel === undefined) return error;
  return new InputError({ where: 'countMemory', expected: 'operations whose shapes are known', got: `the tfjs kernel ${kernel}`, remedy: 'express it by other tf operations', cause: error });
}

/** Runs with tfjs's profile on, and returns its peak. */
function profiledPeak(run: () => void): number {
  const { state } = engine();
  const { profiling, activeProfile, numBytes } = state;
  state.profiling = true;
  state.activeProfile = { ...activeProfile, kernels: [] };
  try {
    tidy(run);
    return state.activeProfile.kernels.reduce((peak, { totalBytesSnapshot }) => Math.max(peak, totalBytesSnapshot), numBytes) - numBytes;
  } finally {
    Object.assign(state, { profiling, activeProfile });
  }
}

/**
 * Counts. Everything that the run reads from tensors of its own is 0.
 *
 * @param run makes its tensors itself, or reads those of another backend, which it must not dispose of; synchronous
 * @param phases names of `tf.tidy(name, ...)` scopes in it whose own peaks are wanted
 * @throws InputError for an operation whose shapes are not known
 */
export function countMemory(run: () => void, phases: readonly string[] = []): MemoryCount {
  if (findBackendFactory(COUNTING_BACKEND) !== null) {
    throw new InputError({ where: 'countMemory', expected: 'one count at a time', got: 'a call of countMemory inside the run', remedy: 'count the inner run on its own' });
  }
  registerCountingKernels();
  activeBackend(); // tfjs chooses its default backend now, before this one is there to be chosen
  const previous = getBackend();
  const backend = new CountingBackend(phases);
  registerBackend(COUNTING_BACKEND, () => backend, LOWEST_PRIORITY);
  try {
    void setBackend(COUNTING_BACKEND);
    const profiled = profiledPeak(run);
    const { outsideBytes, peaks } = backend;
    return {
      peak: peaks.whole + outsideBytes,
      phases: new Map([...peaks.phases].map(([name, bytes]) => [name, bytes + outsideBytes])),
      outside: outsideBytes,
      profiled,
    };
  } catch (error) {
    throw explain(error);
  } finally {
    void setBackend(previous);
    removeBackend(COUNTING_BACKEND);
  }
}
