/** Writes what a kind made of a foreign file: one safetensors file, tensor by tensor, of which there is all or nothing. */
import { safetensorsHeader } from '@mfim/checkpoints';
import { writeWhole } from '../output-file.ts';
import type { Imported } from './import-kind.ts';

/** In the metadata of every imported file. */
export const IMPORT_FORMAT = 'mfim-import-1';

/** What stands in the file's metadata beside origin and sizes. */
export interface ImportSource {
  readonly kind: string;
  /** Name of the foreign file, without its folder. */
  readonly file: string;
  readonly sha256: string;
}

function metadataOf({ origin, config }: Imported, { kind, file, sha256 }: ImportSource): ReadonlyMap<string, string> {
  return new Map(Object.entries({ format: IMPORT_FORMAT, kind, origin, config: JSON.stringify(config), source: file, sourceSha256: sha256 }));
}

const isLittleEndianHost = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function bytesOf(values: Float32Array): Uint8Array {
  if (isLittleEndianHost) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const view = new DataView(new ArrayBuffer(values.byteLength));
  values.forEach((value, index) => view.setFloat32(index * values.BYTES_PER_ELEMENT, value, true));
  return new Uint8Array(view.buffer);
}

/**
 * @param path where the file is to appear
 * @param check looks at the file before it appears; when it throws, nothing does
 * @throws InputError when the place cannot be written; then nothing is left there
 */
export async function writeImported(path: string, imported: Imported & { readonly source: ImportSource }, check?: (unfinished: string) => Promise<void>): Promise<void> {
  const forms = new Map([...imported.tensors].map(([name, { shape }]) => [name, { dtype: 'F32' as const, shape }]));
  const header = safetensorsHeader(forms, metadataOf(imported, imported.source));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield header.bytes;
    for (const name of header.names) {
      const values = await imported.tensors.get(name)?.read();
      if (values !== undefined) yield bytesOf(values);
    }
  }
  await writeWhole(path, pieces(), check);
}
