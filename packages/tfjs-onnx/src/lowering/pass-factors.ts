/**
 * Constant factors wait. A product with a number is not made where it is written, but passes through the kernels that are
 * linear, and is made where it costs least: in the smallest operand of a product (the filter of a convolution, the style
 * that scales its channels), or where a kernel needs the numbers themselves.
 */
import type { KernelCall, Value } from '../recording/recorded-graph.ts';
import type { FactorRule } from '../kernels/kernel-rule.ts';
import { isSameFactor } from './lowering.ts';
import type { Lowering } from './lowering.ts';

/** A call without the factors of its inputs, and the factor of its outputs. */
export interface Unscaled {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly factor: number;
}

/** A result may be so many times as large as its input for a factor to wait until after it. */
const MOST_GROWTH = 2;

function sizeOf({ example }: Value): number {
  return example.reduce((total, size) => total * size, 1);
}

/** Inputs by name whose factors the rule passes on. */
function passing(call: KernelCall, rule: FactorRule): readonly string[] {
  return rule.inputs === 'every' ? [...call.inputs.keys()] : rule.inputs.filter((name) => call.inputs.has(name));
}

function replaced(inputs: ReadonlyMap<string, Value>, changes: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return new Map([...inputs].map(([name, value]) => [name, changes.get(name) ?? value] as const));
}

/** A sum: one factor that all parts have. */
function common(call: KernelCall, rule: FactorRule, lowering: Lowering): Unscaled | undefined {
  const parts = passing(call, rule).map((name) => [name, lowering.scaleOf(call.inputs.get(name) as Value)] as const);
  const factor = parts[0]?.[1]?.factor;
  if (factor === undefined || parts.some(([, scale]) => scale === undefined || !isSameFactor(scale.factor, factor))) return undefined;
  const passed = rule.passed(factor);
  if (passed === undefined) return undefined;
  return { inputs: replaced(call.inputs, new Map(parts.flatMap(([name, scale]) => (scale === undefined ? [] : [[name, scale.base] as const])))), factor: passed };
}

/** The factors of all parts of a product, and what remains of the parts. */
interface Parts {
  readonly names: readonly string[];
  readonly bases: ReadonlyMap<string, Value>;
  readonly factor: number;
}

function partsOf(call: KernelCall, rule: FactorRule, lowering: Lowering): Parts | undefined {
  const names = passing(call, rule);
  const scales = names.flatMap((name) => {
    const scale = lowering.scaleOf(call.inputs.get(name) as Value);
    return scale === undefined ? [] : [[name, scale] as const];
  });
  if (scales.length === 0) return undefined;
  const bases = replaced(call.inputs, new Map(scales.map(([name, { base }]) => [name, base] as const)));
  return { names, bases, factor: scales.reduce((product, [, scale]) => product * scale.factor, 1) };
}

/**
 * The factor in one part. Where that part is at hand with another factor (a filter that the forward pass has scaled), it is
 * taken as it is, and the rest passes to the output.
 */
function givenTo(name: string, { bases, factor }: Parts, { rule, lowering }: { rule: FactorRule; lowering: Lowering }): Unscaled {
  const base = bases.get(name) as Value;
  const known = lowering.isFree(base) ? undefined : lowering.multipleOf(base);
  const remaining = known === undefined || isSameFactor(known, factor) ? 1 : factor / known;
  const passed = remaining === 1 ? 1 : rule.passed(remaining);
  const own = known === undefined || passed === undefined ? factor : known;
  return { inputs: replaced(bases, new Map([[name, lowering.scaled(base, own)]])), factor: passed ?? 1 };
}

/** A product: the factors of all parts together, given to the smallest part when that is much smaller than the result. */
function together(call: KernelCall, rule: FactorRule, lowering: Lowering): Unscaled | undefined {
  const parts = partsOf(call, rule, lowering);
  const [output] = call.outputs;
  if (parts === undefined || output === undefined) return undefined;
  const { names, bases, factor } = parts;
  const cost = (name: string): number => (lowering.isFree(bases.get(name) as Value) ? 0 : sizeOf(bases.get(name) as Value));
  const [smallest] = names.toSorted((first, second) => cost(first) - cost(second));
  const passed = rule.passed(factor);
  if (names.length > 1 && smallest !== undefined && (passed === undefined || 2 * cost(smallest) <= sizeOf(output))) {
    return givenTo(smallest, parts, { rule, lowering });
  }
  const grown = sizeOf(output) > MOST_GROWTH * Math.max(...names.map((name) => sizeOf(bases.get(name) as Value)));
  return passed === undefined || grown ? undefined : { inputs: bases, factor: passed };
}

/** Takes the factors from the inputs of a call as far as its rule lets them pass. */
export function passFactors(call: KernelCall, rule: FactorRule | undefined, lowering: Lowering): Unscaled {
  const isFloat = call.outputs.every(({ dtype }) => dtype === 'float32');
  const unscaled = rule === undefined || !isFloat ? undefined : (rule.alike === true ? common : together)(call, rule, lowering);
  return unscaled ?? { inputs: call.inputs, factor: 1 };
}
