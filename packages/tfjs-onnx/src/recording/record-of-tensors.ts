/**
 * What a traced function must return.
 */
import { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';

function refuseAsynchronous(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined); // nobody waits for it
  throw new InputError({
    where: 'traceToOnnx',
    expected: 'a function that returns tensors at once',
    got: 'an asynchronous function',
    remedy: 'compute with tf operations only, and await before or after the call',
  });
}

/** The entries of a record of tensors. @throws InputError for anything else, a promise above all */
export function recordOfTensors(result: unknown): (readonly [string, Tensor])[] {
  refuseAsynchronous(result);
  const remedy = 'return for instance { result: tensor }';
  if (result instanceof Tensor || typeof result !== 'object' || result === null) {
    throw new InputError({ where: 'traceToOnnx', expected: 'a function that returns a record of tensors', got: result instanceof Tensor ? 'a tensor' : String(result), remedy });
  }
  return Object.entries(result).map(([name, tensor]) => {
    if (tensor instanceof Tensor) return [name, tensor] as const;
    refuseAsynchronous(tensor);
    throw new InputError({ where: 'traceToOnnx', expected: 'a function that returns a record of tensors', got: `${typeof tensor} under the name ${name}`, remedy });
  });
}
