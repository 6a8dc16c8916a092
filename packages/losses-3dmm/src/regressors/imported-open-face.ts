/** The differentiable network from the tensors of an exported `face3d.onnx`: the same numbers, in the layouts of tfjs. */
import { fromTheirs } from '@mfim/checkpoints';
import type { KeyMap } from '@mfim/checkpoints';
import { fillParameters, flattenSpecs } from '@mfim/nn';
import type { ParameterSpec, WeightState } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { openFaceSpec } from './open-face-network.ts';
import type { FoldedOpenFace, OpenFaceSize } from './open-face-network.ts';

/** ONNX has channels first; the tracer keeps the names. */
const KEY_MAP: KeyMap = {
  origin: 'face3d.onnx',
  rules: [
    { ours: 'blocks.{block}.depthwise.kernel', theirs: 'blocks.{block}.depthwise.kernel', layout: 'depthwise' },
    { ours: 'blocks.{block}.{part}.kernel', theirs: 'blocks.{block}.{part}.kernel', layout: 'kernel' },
    { ours: 'blocks.{block}.{part}.bias', theirs: 'blocks.{block}.{part}.bias' },
    { ours: 'pool', theirs: 'pool', layout: { rank: 4, axes: [0, 2, 3, 1] } },
    { ours: '{layer}.kernel', theirs: '{layer}.kernel', layout: 'kernel' },
    { ours: '{layer}.weight', theirs: '{layer}.weight' },
    { ours: '{layer}.bias', theirs: '{layer}.bias' },
  ],
};

interface Convolution {
  readonly kernel: ParameterSpec;
  readonly bias: ParameterSpec;
}

const plain = ({ kernel, bias }: Convolution) => ({ kernel, bias });

/** The network as it is exported: the lengths of its kernels are in them. */
function foldedSpec(size: OpenFaceSize) {
  const { stem, blocks, last, pool, head } = openFaceSpec(size);
  const entries = Object.entries(blocks).map(([name, { expand, depthwise, project }]) => {
    return [name, { expand: plain(expand), depthwise: plain(depthwise), project: plain(project) }] as const;
  });
  return { stem: plain(stem), blocks: Object.fromEntries(entries), last: plain(last), pool, head };
}

/**
 * The network of `openFaceRegressor`; the caller's to dispose.
 *
 * @param state initialisers of the file by name
 * @throws KeyMapError naming every tensor that is missing or has another shape
 */
export function importedOpenFace(state: WeightState, size: OpenFaceSize): FoldedOpenFace {
  const spec = foldedSpec(size);
  const { tensors } = fromTheirs(state, KEY_MAP, flattenSpecs(spec));
  const network = fillParameters(spec, (name) => {
    const found = tensors.get(name);
    return found === undefined ? undefined : tf.tensor(found.data, found.shape.slice(), 'float32');
  });
  return network as FoldedOpenFace;
}
