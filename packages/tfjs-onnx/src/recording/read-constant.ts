/**
 * Lets a traced function read values that depend on constants only, such as shapes that a graph model computes with: they
 * are computed at once, on the backend that was active before the trace.
 */
import type { TypedArray } from '@tensorflow/tfjs-core';
import { getBackend, setBackend, tidy } from '@tensorflow/tfjs-core';
import { Evaluator } from './evaluator.ts';
import type { Value } from './recorded-graph.ts';

function isConstant({ source }: Value, known: Map<Value, boolean>): boolean {
  if (source.kind !== 'call') return source.kind === 'data' || source.kind === 'parameter';
  return [...source.call.inputs.values()].every((input) => {
    const constant = known.get(input) ?? isConstant(input, known);
    known.set(input, constant);
    return constant;
  });
}

/** The numbers of a value, or undefined when it depends on an input. */
export function readConstant(value: Value, backend: string): TypedArray | undefined {
  if (value.source.kind === 'data') return value.source.data;
  if (!isConstant(value, new Map())) return undefined;
  const tracing = getBackend();
  void setBackend(backend);
  try {
    return tidy(() => new Evaluator().tensorOf(value).dataSync().slice());
  } finally {
    void setBackend(tracing);
  }
}
