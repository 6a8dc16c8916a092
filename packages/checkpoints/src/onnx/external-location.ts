/** Where an ONNX model keeps a tensor outside its file: a path from the model's folder into it, and nowhere else. */
import { damaged } from '../damaged.ts';

const WHERE = 'readOnnx';

/** Bytes of another file beside the model. */
export interface ExternalLocation {
  /** Relative, with forward slashes, without `..`. */
  readonly location: string;
  readonly offset: number;
  /** Undefined: to the end that the tensor's shape gives. */
  readonly length: number | undefined;
}

function isInside(location: string): boolean {
  const plain = !/[\\\0:]/.test(location) && !location.startsWith('/') && !location.startsWith('~');
  return plain && location !== '' && !location.split('/').some((part) => part === '..' || part === '');
}

function count(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const sound = /^\d{1,16}$/.test(text) && Number.isSafeInteger(value);
  return sound ? value : damaged(WHERE, { expected: `${name} of external data as a count`, got: text });
}

/**
 * Checks what a tensor says of its external data.
 *
 * @throws InputError when the path is absolute, leaves the folder, or is no path, or a count is none.
 */
export function externalLocation(entries: ReadonlyMap<string, string>): ExternalLocation {
  const location = entries.get('location') ?? '';
  if (!isInside(location)) {
    damaged(WHERE, {
      expected: 'external data in the folder of the model',
      got: JSON.stringify(location),
      remedy: 'nothing was opened; get a model that keeps its data beside it, or inside',
    });
  }
  return { location, offset: count(entries.get('offset'), 'offset') ?? 0, length: count(entries.get('length'), 'length') };
}
