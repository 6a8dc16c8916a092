/** Names of tensors become paths in nested records, so none may reach an object's prototype. */
import { damaged } from './damaged.ts';

/**
 * @throws InputError when a part of a dotted name is `__proto__`.
 */
export function checkTensorName(where: string, name: string): void {
  if (name.split('.').includes('__proto__')) {
    damaged(where, { expected: 'tensor names without __proto__', got: JSON.stringify(name) });
  }
}
