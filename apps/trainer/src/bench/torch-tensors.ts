/** Weights of a state under the names and in the layouts of tools/golden, which PyTorch reads and writes. */
import { mapKeys, toTheirLayout } from '@mfim/checkpoints';
import type { LayoutChange } from '@mfim/checkpoints';
import { NVIDIA_GENERATOR_KEYS, nvidiaDiscriminatorKeys } from '@mfim/stylegan';
import type { HostTensor } from '@mfim/tensor-contracts';
import type { PackedState } from '../run/stage.ts';

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, HostTensor>;

/** Every vector and buffer of a packed state, on the host, under its name in a checkpoint. */
export async function hostTensors({ buckets, buffers }: PackedState): Promise<Map<string, HostTensor>> {
  const tensors = new Map<string, HostTensor>();
  for (const { prefix, layout, flat } of buckets) {
    const values = (await flat.data()) as Float32Array;
    let begin = 0;
    for (const [index, name] of layout.names.entries()) {
      const end = begin + (layout.sizes[index] as number);
      tensors.set(prefix + name, { data: values.slice(begin, end), shape: layout.shapes[index] as readonly number[] });
      begin = end;
    }
  }
  for (const [name, buffer] of buffers) tensors.set(name, { data: (await buffer.data()) as Float32Array, shape: buffer.shape });
  return tensors;
}

interface TorchName {
  readonly theirs: string;
  readonly layout: LayoutChange;
}

const LAYOUT_OF_RANK: Readonly<Record<number, LayoutChange>> = { 2: 'linear', 4: 'kernel' };
const GENERATOR = 'generator.';

function swapperName(name: string, rank: number): TorchName {
  if (!name.startsWith(GENERATOR)) return { theirs: name.replace('.', '/'), layout: LAYOUT_OF_RANK[rank] ?? 'same' };
  const [pair] = mapKeys(NVIDIA_GENERATOR_KEYS, [`synthesis.${name.slice(GENERATOR.length)}`]);
  return { theirs: `generator/${pair?.theirs}`, layout: pair?.layout ?? 'same' };
}

function discriminatorName(name: string, resolution: number): TorchName {
  const [pair] = mapKeys(nvidiaDiscriminatorKeys(resolution), [name]);
  return { theirs: `discriminator/${pair?.theirs}`, layout: pair?.layout ?? 'same' };
}

/** Which tensors of a state, and what they are called there. */
export interface TorchChoice {
  /** Beginning of their names in the state, such as `swapper.`. */
  readonly from: string;
  /** Beginning of their names in the file, such as `parameter.`. */
  readonly to: string;
  /** Side of the generator's images. */
  readonly resolution: number;
}

/** The chosen tensors as `<to><network>/<name>`, in PyTorch's layouts. */
export function torchTensors(state: NamedTensors, { from, to, resolution }: TorchChoice): NamedTensors {
  const result = new Map<string, HostTensor>();
  for (const [full, { data, shape }] of state) {
    if (!full.startsWith(from)) continue;
    const name = full.slice(from.length);
    const { theirs, layout } = from.startsWith('discriminator') ? discriminatorName(name, resolution) : swapperName(name, shape.length);
    result.set(to + theirs, toTheirLayout({ data, shape }, layout));
  }
  return result;
}
