/** Opens the model where it runs fastest, provided that it computes the right numbers there. */
import { openBundle } from '@mfim/pipeline';
import type { Bundle, BundleFiles, LoadOptions } from '@mfim/pipeline';
import type { Runtimes } from './load-runtime.ts';
import { SELF_TEST_TOLERANCE, runSelfTest, selfTestDifference } from './self-test.ts';
import type { SelfTestAnswer } from './self-test.ts';

/** The bundle, and where it runs. */
export interface ChosenBundle {
  readonly bundle: Bundle;
  readonly backend: 'webgpu' | 'wasm';
  /** What the reader should know. */
  readonly notice?: string;
}

/** Files that are read once, however often they are asked for. */
export function readOnce(files: BundleFiles): BundleFiles {
  const read = new Map<string, Promise<Uint8Array>>();
  return {
    ...files,
    read(file, options) {
      const bytes = read.get(file) ?? files.read(file, options);
      read.set(file, bytes);
      return bytes;
    },
  };
}

const FALLBACK = 'This page runs on the processor instead, which is slower but right.';

async function difference(bundle: Bundle, trusted: SelfTestAnswer): Promise<string | undefined> {
  try {
    const found = selfTestDifference(trusted, await runSelfTest(bundle));
    if (found <= SELF_TEST_TOLERANCE) return undefined;
    return `WebGPU gave wrong numbers in the self-test (relative difference ${found.toPrecision(2)}).`;
  } catch (cause) {
    return `WebGPU failed the self-test (${cause instanceof Error ? cause.message : String(cause)}).`;
  }
}

/** Opens, tests, chooses. Both bundles see the same files; the one not chosen is released. */
export async function chooseBundle(runtimes: Runtimes, files: BundleFiles, options: LoadOptions): Promise<ChosenBundle> {
  const shared = readOnce(files);
  const reference = await openBundle(shared, runtimes.wasm, options);
  const trusted = await runSelfTest(reference);
  if (runtimes.webgpu === undefined) return { bundle: reference, backend: 'wasm' };
  let candidate: Bundle;
  try {
    candidate = await openBundle(shared, runtimes.webgpu);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { bundle: reference, backend: 'wasm', notice: `WebGPU could not open the model (${reason}). ${FALLBACK}` };
  }
  const wrong = await difference(candidate, trusted);
  if (wrong === undefined) {
    await reference.release();
    return { bundle: candidate, backend: 'webgpu' };
  }
  await candidate.release();
  return { bundle: reference, backend: 'wasm', notice: `${wrong} ${FALLBACK}` };
}
