/**
 * Element types of a model's tensors, as far as the operators of this package's rules need it.
 */
import { ELEMENT_TYPE } from '../onnx/element-type.ts';
import type { ElementType } from '../onnx/element-type.ts';
import type { OnnxModel, OnnxNode } from '../onnx/model.ts';

const BOOLEAN = new Set(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf']);
const INTEGER = new Set(['Shape', 'ArgMax', 'ArgMin', 'Size', 'NonZero']);
/** Operators whose second output says where. */
const POSITIONS_SECOND = new Set(['TopK', 'MaxPool']);
/** Operators whose outputs have the type of their second input. */
const TYPED_BY_SECOND = new Set(['Where']);

const nameOf = new Map(Object.entries(ELEMENT_TYPE).map(([name, number]) => [number, name as ElementType]));

function outputType(node: OnnxNode, index: number, types: ReadonlyMap<string, ElementType>): ElementType {
  const { operator, attributes, inputs } = node;
  if (operator === 'Cast') return nameOf.get(attributes['to'] as never) ?? 'float32';
  if (BOOLEAN.has(operator)) return 'bool';
  if (INTEGER.has(operator) || (POSITIONS_SECOND.has(operator) && index === 1)) return 'int64';
  return types.get(inputs[TYPED_BY_SECOND.has(operator) ? 1 : 0] ?? '') ?? 'float32';
}

/** The element type of every tensor of the model by its name. */
export function inferTypes({ inputs, initializers, nodes }: OnnxModel): ReadonlyMap<string, ElementType> {
  const types = new Map<string, ElementType>([...inputs, ...initializers].map(({ name, type }) => [name, type]));
  for (const node of nodes) node.outputs.forEach((output, index) => types.set(output, outputType(node, index, types)));
  return types;
}
