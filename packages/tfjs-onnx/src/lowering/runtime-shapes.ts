/**
 * Shapes as ONNX tensors: constants when static, computed from the batch size of an input when not.
 */
import { InternalError } from '@mfim/tensor-contracts';
import type { Dimension } from '../recording/dimension.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** An input with a symbolic batch axis. */
export interface BatchSource {
  readonly input: string;
  readonly axis: number;
}

/** Makes shape vectors (int64) for one graph. */
export class RuntimeShapes {
  private readonly graph: GraphBuilder;
  private readonly source: BatchSource | undefined;
  private batch: string | undefined;
  private readonly known = new Map<string, string>();

  constructor(graph: GraphBuilder, source: BatchSource | undefined) {
    this.graph = graph;
    this.source = source;
  }

  /** A vector of one element: the batch size. */
  private batchSize(): string {
    if (this.source === undefined) {
      throw new InternalError({
        where: 'traceToOnnx',
        expected: 'a symbolic dimension only with a symbolic input',
        got: 'none',
        remedy: 'report the function that was traced',
      });
    }
    const { input, axis } = this.source;
    this.batch ??= this.graph.emit('Shape', [input], { start: axis, end: axis + 1 });
    return this.batch;
  }

  private dimension(dimension: Dimension): string {
    if (typeof dimension === 'number') return this.graph.integers([dimension]);
    const { perBatch, fixed } = dimension;
    const product = perBatch === 1 ? this.batchSize() : this.graph.emit('Mul', [this.batchSize(), this.graph.integers([perBatch])]);
    return fixed === 0 ? product : this.graph.emit('Add', [product, this.graph.integers([fixed])]);
  }

  /** The shape as an int64 vector. */
  vector(shape: readonly Dimension[]): string {
    if (shape.every((dimension) => typeof dimension === 'number')) return this.graph.integers(shape);
    const key = JSON.stringify(shape);
    const known = this.known.get(key) ?? this.concatenated(shape);
    this.known.set(key, known);
    return known;
  }

  private concatenated(shape: readonly Dimension[]): string {
    const parts = shape.map((dimension) => this.dimension(dimension));
    return parts.length === 1 ? (parts[0] ?? '') : this.graph.emit('Concat', parts, { axis: 0 });
  }
}
