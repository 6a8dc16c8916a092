/** Makes a tfjs backend the active one of the tfjs-core that the packages import. */
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';

/** @throws InputError when the backend was registered in another copy of tfjs-core, or does not start */
export async function activateBackend(backend: string): Promise<void> {
  const registered = tf.findBackendFactory(backend) !== null;
  if (registered && (await tf.setBackend(backend))) {
    await tf.ready();
    return;
  }
  throw new InputError({
    where: 'openEngine',
    expected: `the backend "${backend}" registered in the tfjs-core ${tf.version_core} that the packages import`,
    got: registered ? 'a backend that does not start' : 'no such backend there (two copies of @tensorflow/tfjs-core are installed)',
    remedy: 'install one version of @tensorflow/tfjs-core for the whole project (see: pnpm why @tensorflow/tfjs-core)',
  });
}

/** Bytes of all live tensors of the active backend. */
export function tensorMemory(): { readonly bytes: number } {
  return { bytes: tf.memory().numBytes };
}
