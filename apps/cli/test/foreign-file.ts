/** Weight files of other projects, made by unmapping random weights of ours: their names and layouts, in safetensors. */
import { writeFileSync } from 'node:fs';
import { fromFloat32, toTheirs, writeSafetensors } from '@mfim/checkpoints';
import type { KeyMap } from '@mfim/checkpoints';
import { flattenSpecs, seededNormal } from '@mfim/nn';
import type { SpecTree } from '@mfim/nn';
import type { HostTensor } from '@mfim/tensor-contracts';

/** Tensors by name. */
export type HostTensors = ReadonlyMap<string, HostTensor>;

/** How far biases, gains and variances lie from where they start. */
const SPREAD = 0.1;

/** Weights of a network, drawn from a seed; none is where it starts. */
export function randomWeights(tree: SpecTree, seed: number): HostTensors {
  const normal = seededNormal(seed);
  const drawn = [...flattenSpecs(tree)].map(([name, { shape, fill, scale }]) => {
    const values = normal(shape.reduce((product, size) => product * size, 1));
    return [name, { shape, data: values.map((value) => (fill === 'normal' ? scale * value : scale + SPREAD * value)) }] as const;
  });
  return new Map(drawn);
}

/** The same under their names, each behind `prefix`. */
export function theirs(weights: HostTensors, map: KeyMap, prefix = ''): HostTensors {
  return new Map([...toTheirs(weights, map)].map(([name, tensor]) => [prefix + name, tensor]));
}

/** Writes tensors as one file. */
export function writeForeign(path: string, tensors: HostTensors): void {
  writeFileSync(path, writeSafetensors(new Map([...tensors].map(([name, tensor]) => [name, fromFloat32(tensor)]))));
}
