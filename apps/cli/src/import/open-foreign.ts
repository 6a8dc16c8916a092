/** Opens a foreign weight file, whatever its format; nothing that it contains is executed. */
import { readPyTorch, readSafetensors, toFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { readInputFile } from '../input-file.ts';
import type { ForeignCheckpoint, DeferredTensor } from './import-kind.ts';

function lazy(tensors: ReadonlyMap<string, RawTensor>): ReadonlyMap<string, DeferredTensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, read: async () => toFloat32(tensor) }]));
}

/** @throws InputError when the file is absent, damaged, hostile or of no known format */
export async function openForeign(file: string): Promise<ForeignCheckpoint> {
  const bytes = await readInputFile(file, 'file');
  if (file.endsWith('.safetensors')) return { file, tensors: lazy(readSafetensors(bytes).tensors), scalars: new Map() };
  const { tensors, scalars } = readPyTorch(bytes);
  return { file, tensors: lazy(tensors), scalars };
}
