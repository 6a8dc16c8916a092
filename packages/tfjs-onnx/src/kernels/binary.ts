/**
 * Kernels of several tensors that work item by item, with broadcasting.
 */
import { alignOperands, elementwise } from '../lowering/elementwise.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { sameShape } from '../recording/dimension.ts';
import { ELEMENT_TYPE } from '../onnx/element-type.ts';
import { binaryRule } from './binary-rule.ts';
import type { Emit } from './binary-rule.ts';
import { linearInAll, positivelyLinearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';
import { scalingRules } from './scaling.ts';

const LIMITS = { Maximum: 'Max', Minimum: 'Min' } as const;

const COMPARISON: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

function node(operator: string): Emit {
  return ({ graph }, first, second) => graph.emit(operator, [first, second]);
}

/** A limit that is a number: ONNX Runtime's Clip has vectors and threads, its Min and Max have not. */
function limited(kernel: keyof typeof LIMITS): KernelRule {
  const rule = binaryRule({ kernel, emit: node(LIMITS[kernel]) });
  return {
    ...rule,
    lower(call, lowering) {
      const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')];
      const limit = lowering.choices.step === 'comparison' || !sameShape(a.shape, call.output.shape) || a.dtype !== 'float32' ? undefined : lowering.uniformOf(b);
      if (limit === undefined) return rule.lower(call, lowering);
      const order = lowering.orderOf(a);
      const [x, number] = [lowering.wire(a, order), lowering.graph.scalar(limit)];
      return { name: lowering.graph.emit('Clip', kernel === 'Maximum' ? [x, number] : [x, '', number]), order };
    },
  };
}

/** tfjs's FloorDiv and Mod round towards minus infinity, for both types. */
function floorDivision({ graph }: Lowering, first: string, second: string): string {
  const float = { to: ELEMENT_TYPE.float32 };
  const quotient = graph.emit('Div', [graph.emit('Cast', [first], float), graph.emit('Cast', [second], float)]);
  return graph.emit('Cast', [graph.emit('Floor', [quotient])], { to: ELEMENT_TYPE.int32 });
}

function modulo({ graph }: Lowering, first: string, second: string): string {
  const quotient = graph.emit('Floor', [graph.emit('Div', [first, second])]);
  return graph.emit('Sub', [first, graph.emit('Mul', [quotient, second])]);
}

function squaredDifference({ graph }: Lowering, first: string, second: string): string {
  const difference = graph.emit('Sub', [first, second]);
  return graph.emit('Mul', [difference, difference]);
}

/** Where x > 0 the item of dy, elsewhere dy * (y + 1), y being the output of elu. */
function eluGradient({ graph }: Lowering, dy: string, y: string): string {
  const slope = graph.emit('Add', [graph.emit('Min', [y, graph.scalar(0)]), graph.scalar(1)]);
  return graph.emit('Mul', [dy, slope]);
}

/** ONNX Runtime's own has one thread. */
function prelu({ graph, choices }: Lowering, x: string, alpha: string): string {
  if (choices.step === 'comparison') return graph.emit('PRelu', [x, alpha]);
  const negative = graph.emit('Clip', [x, '', graph.scalar(0)]);
  return graph.emit('Add', [graph.emit('Mul', [negative, alpha]), graph.emit('Relu', [x])]);
}

const sum: KernelRule = {
  kernel: 'AddN',
  factors: linearInAll(),
  infer: (call) => inputOf(call, '0'),
  // One by one: WebGPU has no Sum.
  lower(call, lowering) {
    const { names, order } = alignOperands(lowering, [...call.inputs.values()], call.output);
    const [first = '', ...rest] = names;
    return { name: rest.reduce((total, name) => lowering.graph.emit('Add', [total, name]), first), order };
  },
};

const select: KernelRule = {
  kernel: 'Select',
  factors: linearInAll('t', 'e'),
  infer: (call) => inputOf(call, 't'),
  lower(call, lowering) {
    const condition = inputOf(call, 'condition');
    const values = [condition, inputOf(call, 't'), inputOf(call, 'e')];
    if (condition.shape.length === call.output.shape.length || condition.shape.length === 0) {
      return elementwise(lowering, { operator: 'Where' }, alignOperands(lowering, values, call.output));
    }
    // A condition of rank 1 chooses along the first axis.
    const rank = call.output.shape.length;
    const rows = [...condition.shape, ...Array.from({ length: rank - 1 }, () => 1)];
    const names = [lowering.reshape(lowering.wire(condition), rows), ...values.slice(1).map((value) => lowering.wire(value))];
    return { name: lowering.graph.emit('Where', names), order: call.output.shape.map((_, axis) => axis) };
  },
};

/** Kernels of several tensors, item by item. */
export const binaryRules: readonly KernelRule<never>[] = [
  limited('Maximum'),
  limited('Minimum'),
  binaryRule({ kernel: 'Pow', emit: node('Pow') }),
  ...scalingRules,
  ...Object.entries(COMPARISON).map(([kernel, operator]) => binaryRule({ kernel, emit: node(operator), dtype: 'bool' })),
  binaryRule({ kernel: 'NotEqual', emit: ({ graph }, a, b) => graph.emit('Not', [graph.emit('Equal', [a, b])]), dtype: 'bool' }),
  binaryRule({ kernel: 'FloorDiv', emit: floorDivision, dtype: 'int32' }),
  binaryRule({ kernel: 'Mod', emit: modulo }),
  binaryRule({ kernel: 'SquaredDifference', emit: squaredDifference }),
  binaryRule({ kernel: 'EluGrad', emit: eluGradient, names: ['dy', 'y'] }),
  binaryRule({ kernel: 'Prelu', emit: prelu, names: ['x', 'alpha'], factors: positivelyLinearIn('x') }),
  sum,
  select,
];
