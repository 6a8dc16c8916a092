/**
 * The part of ONNX's schema that a traced graph needs, as plain data. Names follow onnx.proto.
 */
import type { ElementType } from './element-type.ts';

/** Value of a node attribute; floats are tagged, because 1 may mean the integer or the float. */
export type AttributeValue = number | string | readonly number[] | FloatAttribute | FloatsAttribute;

/** A float attribute. */
export interface FloatAttribute {
  readonly float: number;
}

/** An attribute of several floats. */
export interface FloatsAttribute {
  readonly floats: readonly number[];
}

/** One operation: named tensors in, named tensors out. An empty input name is an absent input. */
export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  /** Of the operator; absent: ONNX's own. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A stored constant; `data` are its little-endian bytes, row major. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dimensions: readonly number[];
  readonly data: Uint8Array;
}

/** A graph input or output; a text dimension is symbolic. */
export interface OnnxPort {
  readonly name: string;
  readonly type: ElementType;
  /** Absent: of unknown rank. */
  readonly shape?: readonly (number | string)[];
}

/** A whole model. */
export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly metadata: Readonly<Record<string, string>>;
}
