/** From NumPy's arrays to tensors: either byte order, either memory order. */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES, elementCount, safeElementCount } from '../data-type.ts';
import { storedTensor } from '../lazy-tensor.ts';
import type { LazyTensor } from '../lazy-tensor.ts';
import { MemoryRegion } from '../reading/region.ts';
import type { Reading, Region } from '../reading/region.ts';
import { gather } from '../strided/gather.ts';
import { swapBytes } from '../strided/swap-bytes.ts';
import type { NumpyType } from './numpy-value.ts';

const WHERE = 'readNumpy';
const MAXIMUM_AXES = 32;

/** An array's description and its bytes. */
export interface NumpyContent {
  readonly type: NumpyType;
  readonly shape: readonly number[];
  readonly columnMajor: boolean;
  readonly region: Region;
}

function columnStrides(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => elementCount(shape.slice(0, axis)));
}

// oxlint-disable-next-line eslint/require-yield -- nothing has to be read to know where the bytes are
function* opened(region: Region): Reading<Region> {
  return region;
}

/**
 * The tensor of an array.
 *
 * @param name how messages call it
 * @throws InputError when its elements are no numbers, or its bytes do not fill its shape.
 */
export function numpyTensor(name: string, { type, shape, columnMajor, region }: NumpyContent): LazyTensor {
  const dtype = type.dataType;
  if (dtype === undefined) damaged(WHERE, { expected: `numbers in ${name}`, got: `elements of type ${JSON.stringify(type.kind)}` });
  const width = DATA_TYPE_BYTES[dtype];
  const count = safeElementCount(shape);
  if (shape.length > MAXIMUM_AXES || count === undefined || count * width !== region.size) {
    damaged(WHERE, { expected: `bytes for ${name}: ${dtype} [${shape.join(', ')}]`, got: `${region.size}` });
  }
  const moved = columnMajor && shape.length > 1;
  if (!moved && (!type.bigEndian || width === 1)) return storedTensor(dtype, shape, () => opened(region));
  function* load(): Reading<Uint8Array> {
    const bytes = yield* region.read(0, region.size);
    const little = type.bigEndian ? swapBytes(bytes, width) : bytes;
    return moved ? gather(little, { width, offset: 0, shape, strides: columnStrides(shape) }) : little;
  }
  return { dtype, shape, load };
}

/** Bytes in memory, a part of the file, or none. */
export function regionOf(data: Uint8Array | { readonly region: Region }): Region {
  return data instanceof Uint8Array ? new MemoryRegion(data) : data.region;
}
