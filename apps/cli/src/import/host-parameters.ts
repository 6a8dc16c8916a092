/** The parameters of a network from the tensors of an imported file. */
import { fillParameters } from '@mfim/nn';
import type { ParametersOf, SpecTree } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { ImportedFile } from './import-kind.ts';

/**
 * @param nameOf the name in the file of a parameter of the specification
 * @throws ShapeError naming the first parameter that the file lacks or has in another shape
 */
export function hostParameters<Tree extends SpecTree>(spec: Tree, { tensors }: Pick<ImportedFile, 'tensors'>, nameOf: (name: string) => string): ParametersOf<Tree> {
  return fillParameters(spec, (name) => {
    const tensor = tensors.get(nameOf(name));
    return tensor === undefined ? undefined : tf.tensor(tensor.data, [...tensor.shape], 'float32');
  });
}
