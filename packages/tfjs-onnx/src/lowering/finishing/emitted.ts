/**
 * Nodes as the rules emitted them, and what the outputs of the graph read.
 */
import type { OnnxNode } from '../../onnx/model.ts';

/** `outputs` says which tensor each output of the graph is. */
export interface Emitted {
  readonly nodes: readonly OnnxNode[];
  readonly outputs: ReadonlyMap<string, string>;
}

/** New names for tensors that others have taken the place of. */
export class Renaming {
  private readonly names = new Map<string, string>();

  /** `other`, itself renamed already, is read in place of `name`. */
  rename(name: string, other: string): void {
    this.names.set(name, other);
  }

  /** What is read in place of `name`. */
  of(name: string): string {
    return this.names.get(name) ?? name;
  }

  /** The outputs under their new names. */
  outputs(outputs: Emitted['outputs']): Emitted['outputs'] {
    return new Map([...outputs].map(([port, name]) => [port, this.of(name)] as const));
  }
}
