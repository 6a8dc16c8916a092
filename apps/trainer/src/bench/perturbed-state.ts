/**
 * A fresh state that hides nothing: networks start with zeros (biases, the last convolutions of the style maps) and
 * untouched statistics, behind which gradients are zero. Every weight moves by a tenth of its network's usual size.
 */
import { fromFloat32 } from '@mfim/checkpoints';
import { seededNormal } from '@mfim/nn';
import type { NormalSource } from '@mfim/nn';
import type { HostTensor } from '@mfim/tensor-contracts';
import type { PackedState, StoredState } from '../run/stage.ts';
import { hostTensors } from './torch-tensors.ts';
import type { NamedTensors } from './torch-tensors.ts';

const SHARE = 0.1;
/** Size of a tensor of zeros. */
const LEAST = 0.1;
const TRAINED = /^(swapper|discriminator)\./;

function moved({ data, shape }: HostTensor, normal: NormalSource): HostTensor {
  const size = Math.max(LEAST, Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length));
  return { shape, data: normal(data.length).map((value, index) => (data[index] as number) + SHARE * size * value) };
}

function movedState(state: NamedTensors, normal: NormalSource): NamedTensors {
  const result = new Map(state);
  for (const [name, tensor] of state) {
    const isStatistic = name.startsWith('buffer.encoder.');
    if (TRAINED.test(name) || (isStatistic && name.endsWith('.mean'))) result.set(name, moved(tensor, normal));
    // Variances stay above zero.
    if (isStatistic && name.endsWith('.variance')) result.set(name, { ...tensor, data: moved(tensor, normal).data.map(Math.abs) });
  }
  // Averages start where the weights are.
  for (const [name, tensor] of result) if (name.startsWith('swapper.')) result.set(name.replace('swapper.', 'average.'), tensor);
  return result;
}

/** A state that a stage can restore; the same for the same seed. */
export async function perturbedState(packed: PackedState, seed: number): Promise<{ readonly host: NamedTensors; readonly stored: StoredState }> {
  const host = movedState(await hostTensors(packed), seededNormal(seed));
  return { host, stored: { tensors: new Map([...host].map(([name, tensor]) => [name, fromFloat32(tensor)])), numbers: packed.numbers } };
}
