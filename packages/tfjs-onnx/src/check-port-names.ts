/**
 * Port names. ONNX has one name space for all tensors of a graph, so inputs and outputs must differ.
 */
import { InputError } from '@mfim/tensor-contracts';

/** Throws `InputError` when a name is empty or occurs twice among inputs and outputs. */
export function checkPortNames(inputs: Iterable<string>, outputs: Iterable<string>): void {
  const taken = new Set<string>();
  for (const name of [...inputs, ...outputs]) {
    if (name === '' || taken.has(name)) {
      throw new InputError({
        where: 'traceToOnnx',
        expected: 'names that differ, for all inputs and outputs together',
        got: name === '' ? 'an empty name' : `${name} twice`,
        remedy: `rename one of them, for instance to ${name}_out`,
      });
    }
    taken.add(name);
  }
}
