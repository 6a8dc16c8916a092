/** Morphable models from files of `mfim import flame|bfm|ict`. */
import { InputError } from '@mfim/tensor-contracts';
import type { HostTensor, LandmarkEmbedding, MorphableBasis } from '@mfim/tensor-contracts';
import type { FlameBasis } from './flame-basis.ts';

/** An imported file. */
export interface ImportedBasis {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** `name`, `millimetresPerUnit`, and `parents` of FLAME. */
  readonly config: Readonly<Record<string, unknown>>;
}

function numbers({ tensors }: ImportedBasis, name: string): Float32Array {
  const found = tensors.get(name);
  if (found !== undefined) return found.data;
  throw new InputError({ where: 'imported morphable model', expected: `a tensor ${name}`, got: [...tensors.keys()].join(', '), remedy: 'import the file again' });
}

const indices = (file: ImportedBasis, name: string): Int32Array => Int32Array.from(numbers(file, name));

function embedding(file: ImportedBasis, name: string): LandmarkEmbedding {
  return { vertices: indices(file, `${name}.vertices`), weights: numbers(file, `${name}.weights`) };
}

/** @throws InputError when the file lacks an array */
export function importedMorphableBasis(file: ImportedBasis): MorphableBasis {
  return {
    name: String(file.config['name']),
    mean: numbers(file, 'mean'),
    identity: numbers(file, 'identity'),
    expression: numbers(file, 'expression'),
    triangles: indices(file, 'triangles'),
    landmarks: embedding(file, 'landmarks'),
    millimetresPerUnit: Number(file.config['millimetresPerUnit']),
  };
}

/** @throws InputError when the file is that of a linear model */
export function importedFlameBasis(file: ImportedBasis): FlameBasis {
  return {
    ...importedMorphableBasis(file),
    jointRegressor: numbers(file, 'joints.regressor'),
    skinWeights: numbers(file, 'joints.weights'),
    corrections: numbers(file, 'joints.corrections'),
    parents: file.config['parents'] as readonly number[],
    inner: embedding(file, 'inner'),
    contour: { vertices: indices(file, 'contour.vertices'), weights: numbers(file, 'contour.weights') },
  };
}
