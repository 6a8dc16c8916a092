/** An exported open face regressor (`mfim-train export-face3d`) as a differentiable one: the ONNX file is the only copy of its weights. */
import { openCheckpoint, readTensors, toFloat32State } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { importedOpenFace } from './imported-open-face.ts';
import { openFaceFacts } from './open-face-facts.ts';
import type { OpenFaceFacts } from './open-face-facts.ts';
import { openFaceRegressor } from './open-face-regressor.ts';
import type { OpenFaceRegressor } from './open-face-regressor.ts';

/** The folder of an export, wherever it is. */
export interface OpenFaceFiles {
  /** For messages. */
  readonly origin: string;
  /** Bytes of one of its files. @throws InputError when it is absent */
  read(name: string): Promise<Uint8Array>;
  /** 64 lower-case hexadecimal digits. */
  sha256(bytes: Uint8Array): Promise<string>;
}

/** A regressor and what is known of it. */
export interface OpenFace {
  readonly facts: OpenFaceFacts;
  readonly regressor: OpenFaceRegressor;
}

const FACTS_FILE = 'face3d.json';

async function readFacts({ origin, read }: OpenFaceFiles): Promise<OpenFaceFacts> {
  const where = `${origin}: ${FACTS_FILE}`;
  const text = new TextDecoder().decode(await read(FACTS_FILE));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where, expected: 'JSON', got: String(cause), remedy: 'export the regressor again with mfim-train export-face3d', cause });
  }
  return openFaceFacts(document, where);
}

/**
 * Reads an export. The tensors of the network are the caller's for as long as the regressor is used.
 *
 * @throws InputError when a file is absent, damaged, or of another network
 */
export async function readOpenFace(files: OpenFaceFiles): Promise<OpenFace> {
  const facts = await readFacts(files);
  const { name, bytes: length, sha256 } = facts.file;
  const bytes = await files.read(name);
  const found = await files.sha256(bytes);
  if (bytes.length !== length || found !== sha256) {
    throw new InputError({ where: `${files.origin}: ${name}`, expected: `${length} bytes with SHA-256 ${sha256}`, got: `${bytes.length} bytes with ${found}`, remedy: 'take both files from one export' });
  }
  // The shapes that the graph computes with are integers; weights are not.
  const checkpoint = await openCheckpoint(bytes);
  const state = toFloat32State(await readTensors(checkpoint, (tensor) => checkpoint.tensors.get(tensor)?.dtype === 'F32'));
  const regressor = openFaceRegressor(importedOpenFace(state, facts.network), { size: facts.network, expressionNames: facts.expressionNames });
  return { facts, regressor };
}
