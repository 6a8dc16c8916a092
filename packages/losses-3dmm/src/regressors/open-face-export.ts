/** The two files of an exported open face regressor (`mfim-train export-face3d`), wherever they are: nothing is used before facts and checksum hold. */
import { InputError } from '@mfim/tensor-contracts';
import { OPEN_FACE_FACTS_FILE, openFaceFacts } from './open-face-facts.ts';
import type { OpenFaceFacts } from './open-face-facts.ts';

/** The folder of an export, wherever it is. */
export interface OpenFaceFiles {
  /** For messages. */
  readonly origin: string;
  /** Bytes of one of its files. @throws InputError when it is absent */
  read(name: string): Promise<Uint8Array>;
  /** 64 lower-case hexadecimal digits. */
  sha256(bytes: Uint8Array): Promise<string>;
}

/** What an export holds. */
export interface OpenFaceExport {
  readonly facts: OpenFaceFacts;
  /** The network's ONNX file. */
  readonly network: Uint8Array;
}

async function readFacts({ origin, read }: OpenFaceFiles): Promise<OpenFaceFacts> {
  const where = `${origin}: ${OPEN_FACE_FACTS_FILE}`;
  const text = new TextDecoder().decode(await read(OPEN_FACE_FACTS_FILE));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where, expected: 'JSON', got: String(cause), remedy: 'export the regressor again with mfim-train export-face3d', cause });
  }
  return openFaceFacts(document, where);
}

/** @throws InputError when a file is absent, damaged, or not of this export */
export async function readOpenFaceExport(files: OpenFaceFiles): Promise<OpenFaceExport> {
  const facts = await readFacts(files);
  const { name, bytes, sha256 } = facts.file;
  const network = await files.read(name);
  const found = await files.sha256(network);
  if (network.length === bytes && found === sha256) return { facts, network };
  throw new InputError({
    where: `${files.origin}: ${name}`,
    expected: `${bytes} bytes with sha256 ${sha256}`,
    got: `${network.length} bytes with ${found}`,
    remedy: `take both files from one export: the SHA-256 stands in ${OPEN_FACE_FACTS_FILE}`,
  });
}
