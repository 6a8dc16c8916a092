/**
 * Walks tfjs's tape backwards. Departure from tfjs, which holds everything until its backward pass ends: the gradients that
 * arrive at a node, and (`release`) the tensors that it saved, are freed when the node has been passed.
 */
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';

/** The operations that tfjs recorded. */
export type Tape = ReturnType<typeof tf.engine>['state']['activeTape'];

/** Marks the nodes of `recomputed`. */
export const JOINTLY = Symbol('jointly');

/** One operation. A marked one computes the gradients of the inputs that are wanted, by name, together. */
export type TapeNode = Tape[number] & { readonly [JOINTLY]?: (arrived: readonly Arrived[], names: readonly string[]) => Named };

/** The gradient with respect to an output; none where nothing depends on it. */
export type Arrived = tf.Tensor | undefined;
type Named = Readonly<Record<string, tf.Tensor>>;

/** What to walk. */
export interface Walk {
  readonly tape: Tape;
  /** Gradients with respect to the outputs, by the id of the output. They belong to the walk. */
  readonly gradients: Map<number, tf.Tensor>;
  /** Tensors whose gradients are wanted. */
  readonly xs: readonly tf.Tensor[];
  /** Whether nothing needs the tape afterwards. */
  readonly release: boolean;
}

/** Tensors that the open scope owns: one that somebody else may dispose of, or that comes twice, is cloned. */
export function ownTensors(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  const scope = tf.engine().state.activeScope.id;
  const seen = new Set<number>();
  return tensors.map((tensor) => {
    const isOwn = tensor.scopeId === scope && !tensor.kept && !seen.has(tensor.id);
    seen.add(tensor.id);
    return isOwn ? tensor : tf.clone(tensor);
  });
}

/** Frees what a node saved. */
export function releaseSaved(node: TapeNode): void {
  tf.dispose(node.saved ?? []);
  node.saved = [];
}

/** Ids of the tensors that depend on one of `xs`. */
function dependents({ tape, xs }: Walk): ReadonlySet<number> {
  const ids = new Set(xs.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    if (Object.values(inputs).some((input) => ids.has(input?.id))) for (const { id } of outputs) ids.add(id);
  }
  return ids;
}

function namedGradients(node: TapeNode, arrived: readonly Arrived[], names: readonly string[]): Named {
  const joint = node[JOINTLY];
  if (joint !== undefined) return joint(arrived, names);
  if (node.gradient === undefined) {
    throw new InputError({
      where: 'gradient',
      expected: 'operations that have one',
      got: node.kernelName,
      remedy: 'import @tensorflow/tfjs, which registers gradients; for a gradient of a gradient call registerSecondOrderGradients of @mfim/nn',
    });
  }
  const lazy = node.gradient(arrived.map((gradient) => gradient ?? null) as tf.Tensor[]);
  return Object.fromEntries(names.map((name) => [name, (lazy[name] as () => tf.Tensor)()]));
}

function add(gradients: Map<number, tf.Tensor>, input: tf.Tensor, gradient: tf.Tensor): void {
  if (!tf.util.arraysEqual(gradient.shape, input.shape)) {
    const [expected, got] = [input, gradient].map(({ shape }) => `shape [${shape.join(', ')}]`) as [string, string];
    throw new ShapeError({ where: 'gradient', expected: `${expected}, that of the input`, got, remedy: 'correct the gradient of the operation' });
  }
  const before = gradients.get(input.id);
  gradients.set(input.id, before === undefined ? gradient : tf.add(before, gradient));
  if (before !== undefined) tf.dispose([before, gradient]);
}

function passNode(node: TapeNode, gradients: Map<number, tf.Tensor>, names: readonly string[]): void {
  const arrived = node.outputs.map(({ id }) => gradients.get(id));
  if (names.length === 0 || !arrived.some((gradient) => gradient !== undefined)) return;
  const found = tf.tidy(() => {
    const named = Object.entries(namedGradients(node, arrived, names));
    const own = ownTensors(named.map(([, gradient]) => gradient));
    return named.map(([name], index) => ({ name, gradient: own[index] as tf.Tensor }));
  });
  for (const { name, gradient } of found) add(gradients, node.inputs[name] as tf.Tensor, gradient);
}

/** Leaves in `gradients` those of the `xs` that the outputs depend on. Call it in a scope. */
export function backpropagate(walk: Walk): void {
  const { tape, gradients, xs, release } = walk;
  const ids = dependents(walk);
  const kept = new Set(xs.map(({ id }) => id));
  const dependsOn = (node: TapeNode): string[] => Object.keys(node.inputs).filter((name) => ids.has(node.inputs[name]?.id as number));
  if (release) for (const node of tape) if (dependsOn(node).length === 0) releaseSaved(node);
  for (const node of tape.toReversed()) {
    passNode(node, gradients, dependsOn(node));
    for (const { id } of node.outputs.filter((output) => !kept.has(output.id))) {
      gradients.get(id)?.dispose();
      gradients.delete(id);
    }
    if (release) releaseSaved(node);
  }
}
