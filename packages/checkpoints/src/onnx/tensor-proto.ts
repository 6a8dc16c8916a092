/** ONNX's `TensorProto` (onnx.proto, IR version 12): one tensor, its numbers in exactly one of eight places. */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES, safeElementCount } from '../data-type.ts';
import type { DataType } from '../data-type.ts';
import { storedTensor } from '../lazy-tensor.ts';
import type { LazyTensor } from '../lazy-tensor.ts';
import type { Reading, Region } from '../reading/region.ts';
import { externalLocation } from './external-location.ts';
import { collectBytes, loadVarints, readVarints } from './listed-numbers.ts';
import { eachField, readText } from './wire-reader.ts';
import type { WireBudget, WireField } from './wire-reader.ts';

const WHERE = 'readOnnx';
const MAXIMUM_AXES = 32;

/** By `TensorProto.DataType`; text, complex numbers and numbers of 4 bits are not read. */
const TYPES: ReadonlyMap<number, DataType> = new Map([
  [1, 'F32'], [2, 'U8'], [3, 'I8'], [4, 'U16'], [5, 'I16'], [6, 'I32'], [7, 'I64'], [9, 'BOOL'],
  [10, 'F16'], [11, 'F64'], [12, 'U32'], [13, 'U64'], [16, 'BF16'], [17, 'F8_E4M3'], [19, 'F8_E5M2'],
]);

/** Fields of numbers, by field number. `varints` are decoded, the others lie as they are. */
const DATA_FIELDS: ReadonlyMap<number, { readonly name: string; readonly varints: boolean; readonly types: readonly DataType[] }> = new Map([
  [4, { name: 'float_data', varints: false, types: ['F32'] }],
  [5, { name: 'int32_data', varints: true, types: ['I32', 'I16', 'I8', 'U16', 'U8', 'BOOL', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'] }],
  [6, { name: 'string_data', varints: false, types: [] }],
  [7, { name: 'int64_data', varints: true, types: ['I64'] }],
  [9, { name: 'raw_data', varints: false, types: [...TYPES.values()] }],
  [10, { name: 'double_data', varints: false, types: ['F64'] }],
  [11, { name: 'uint64_data', varints: true, types: ['U32', 'U64'] }],
]);
const DIMENSIONS = 1;
const TYPE = 2;
const SEGMENT = 3;
const NAME = 8;
const EXTERNAL = 13;
const LOCATION = 14;

/** What the fields said, before it is checked. */
interface Draft {
  name: string;
  type: number;
  readonly shape: number[];
  readonly data: Map<number, WireField[]>;
  readonly external: Map<string, string>;
  isExternal: boolean;
}

/** A named tensor, or why it is none that is read. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: LazyTensor | undefined;
  readonly skipped: string;
}

function* readEntry(field: WireField, budget: WireBudget, into: Map<string, string>): Reading<void> {
  const parts = ['', ''];
  function* part(inner: WireField): Reading<void> {
    parts[inner.number - 1] = yield* readText(inner);
  }
  yield* eachField(message(field), budget, (inner) => (inner.number <= parts.length ? part(inner) : undefined));
  into.set(parts[0] as string, parts[1] as string);
}

/** The region of a submessage. */
export function message(field: WireField): Region {
  const { region, counted } = field;
  return region !== undefined && counted ? region : damaged(WHERE, { expected: `a message in field ${field.number}`, got: 'a number' });
}

function* readDimensions(draft: Draft, field: WireField): Reading<void> {
  for (const size of yield* readVarints(field)) {
    if (draft.shape.length === MAXIMUM_AXES) damaged(WHERE, { expected: `at most ${MAXIMUM_AXES} axes`, got: 'more' });
    draft.shape.push(Number(BigInt.asIntN(64, size)));
  }
}

function visit(draft: Draft, field: WireField, budget: WireBudget): Reading<void> | undefined {
  if (field.number === DIMENSIONS) return readDimensions(draft, field);
  if (field.number === TYPE) draft.type = Number(field.varint ?? 0n);
  if (field.number === SEGMENT) damaged(WHERE, { expected: 'whole tensors', got: 'a segment of one' });
  if (field.number === LOCATION) draft.isExternal = field.varint === 1n;
  if (field.number === EXTERNAL) return readEntry(field, budget, draft.external);
  if (DATA_FIELDS.has(field.number)) {
    const fields = draft.data.get(field.number);
    if (fields === undefined) draft.data.set(field.number, [field]);
    else fields.push(field);
  }
  return undefined;
}

function* readName(draft: Draft, field: WireField): Reading<void> {
  draft.name = yield* readText(field);
}

function checkPlaces({ name, data, external, isExternal }: Draft): void {
  const places = [...data.keys()].map((number) => DATA_FIELDS.get(number)?.name ?? '');
  if (isExternal || external.size > 0) places.push('external_data');
  if (places.length > 1) damaged(WHERE, { expected: `the numbers of ${JSON.stringify(name)} in one place`, got: places.join(' and ') });
}

function tensorOf(draft: Draft, dtype: DataType): LazyTensor {
  const { name, shape, data } = draft;
  const count = safeElementCount(shape);
  if (count === undefined) damaged(WHERE, { expected: `a shape for ${JSON.stringify(name)}`, got: `[${shape.join(', ')}]` });
  const size = count * DATA_TYPE_BYTES[dtype];
  if (draft.isExternal || draft.external.size > 0) return externalTensor(draft, { dtype, size });
  const [number, fields] = [...data][0] ?? [9, []];
  const form = DATA_FIELDS.get(number);
  if (form === undefined || !form.types.includes(dtype)) damaged(WHERE, { expected: `${dtype} numbers of ${JSON.stringify(name)} where they belong`, got: form?.name ?? 'nowhere' });
  if (form.varints) return { dtype, shape, load: () => loadVarints(fields, count, dtype) };
  if (form.name === 'raw_data' && fields.length > 1) damaged(WHERE, { expected: `the numbers of ${JSON.stringify(name)} once`, got: `${fields.length} times` });
  const bytes = fields.reduce((total, { region }) => total + (region?.size ?? 0), 0);
  if (bytes !== size) damaged(WHERE, { expected: `${size} bytes for ${JSON.stringify(name)}: ${dtype} [${shape.join(', ')}]`, got: `${bytes}` });
  if (fields.length === 1) return storedTensor(dtype, shape, () => opened(message({ ...(fields[0] as WireField), counted: true })));
  return { dtype, shape, load: () => collectBytes(fields, size) };
}

// oxlint-disable-next-line eslint/require-yield -- where the bytes lie is known
function* opened(region: Region): Reading<Region> {
  return region;
}

function externalTensor({ name, external, shape }: Draft, { dtype, size }: { readonly dtype: DataType; readonly size: number }): LazyTensor {
  const place = externalLocation(external);
  if ((place.length ?? size) !== size) damaged(WHERE, { expected: `${size} bytes for ${JSON.stringify(name)}`, got: `${place.length} of external data` });
  // oxlint-disable-next-line eslint/require-yield -- it cannot be read from this file
  function* load(): Reading<Uint8Array> {
    return damaged(WHERE, { expected: `the file ${JSON.stringify(place.location)} beside the model`, got: 'only the model', remedy: 'pass openExternal to openCheckpoint' });
  }
  return { dtype, shape, load, external: { ...place, length: size } };
}

/**
 * Reads a tensor's description.
 *
 * @throws InputError when it has its numbers in two places, or not those of its shape, or outside the model's folder.
 */
export function* readTensorProto(region: Region, budget: WireBudget): Reading<NamedTensor> {
  const draft: Draft = { name: '', type: 0, shape: [], data: new Map(), external: new Map(), isExternal: false };
  yield* eachField(region, budget, (field) => (field.number === NAME ? readName(draft, field) : visit(draft, field, budget)));
  checkPlaces(draft);
  const dtype = TYPES.get(draft.type);
  if (dtype === undefined) return { name: draft.name, tensor: undefined, skipped: `ONNX data type ${draft.type}` };
  return { name: draft.name, tensor: tensorOf(draft, dtype), skipped: '' };
}
