/**
 * A committed golden file: tensors named `<kind>.<name>` in PyTorch's layouts, and its recipe.
 * Kinds: parameter and input go in, output comes out, probe weights the scalar
 * `sum(output * probe)`, gradient is that scalar's derivative, second the derivative of a penalty
 * that contains a gradient.
 */
import { readFileSync } from 'node:fs';
import { readSafetensors, toFloat32State } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';

/** The kinds of tensors in a golden file. */
export type GoldenKind = 'parameter' | 'input' | 'output' | 'probe' | 'gradient' | 'second';

/** One golden file. */
export interface GoldenFile {
  /** The recipe's settings, as the script wrote them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Every tensor under its full name. */
  readonly all: ReadonlyMap<string, HostTensor>;
  /** The tensors of one kind, by name. */
  of(kind: GoldenKind): ReadonlyMap<string, HostTensor>;
  /** @throws InputError when the file has no such tensor */
  get(kind: GoldenKind, name: string): HostTensor;
}

/** Where the committed files lie. */
export const VALUES = new URL('../values/', import.meta.url);

/** Reads `<recipe>.safetensors` from `folder`. */
export function readGoldenFile(recipe: string, folder: URL = VALUES): GoldenFile {
  const { tensors, metadata } = readSafetensors(readFileSync(new URL(`${recipe}.safetensors`, folder)));
  const all = toFloat32State(tensors);
  return {
    config: JSON.parse(metadata.get('config') ?? '{}') as Record<string, unknown>,
    all,
    of(kind) {
      const start = `${kind}.`;
      return new Map([...all].filter(([name]) => name.startsWith(start)).map(([name, tensor]) => [name.slice(start.length), tensor]));
    },
    get(kind, name) {
      const tensor = all.get(`${kind}.${name}`);
      if (tensor !== undefined) return tensor;
      throw new InputError({
        where: `golden file ${recipe}`,
        expected: `a tensor ${kind}.${name}`,
        got: 'none',
        remedy: 'run tools/golden/python/write_golden.py again',
      });
    },
  };
}
