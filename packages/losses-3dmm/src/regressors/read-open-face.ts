/** An exported open face regressor (`mfim-train export-face3d`) as a differentiable one: the ONNX file is the only copy of its weights. */
import { openCheckpoint, readTensors, toFloat32State } from '@mfim/checkpoints';
import { importedOpenFace } from './imported-open-face.ts';
import { readOpenFaceExport } from './open-face-export.ts';
import type { OpenFaceFiles } from './open-face-export.ts';
import type { OpenFaceFacts } from './open-face-facts.ts';
import { openFaceRegressor } from './open-face-regressor.ts';
import type { OpenFaceRegressor } from './open-face-regressor.ts';

/** A regressor and what is known of it. */
export interface OpenFace {
  readonly facts: OpenFaceFacts;
  readonly regressor: OpenFaceRegressor;
}

/**
 * Reads an export. The tensors of the network are the caller's for as long as the regressor is used.
 *
 * @throws InputError when a file is absent, damaged, or of another network
 */
export async function readOpenFace(files: OpenFaceFiles): Promise<OpenFace> {
  const { facts, network } = await readOpenFaceExport(files);
  // The shapes that the graph computes with are integers; weights are not.
  const checkpoint = await openCheckpoint(network);
  const state = toFloat32State(await readTensors(checkpoint, (tensor) => checkpoint.tensors.get(tensor)?.dtype === 'F32'));
  const regressor = openFaceRegressor(importedOpenFace(state, facts.network), { size: facts.network, expressionNames: facts.expressionNames });
  return { facts, regressor };
}
