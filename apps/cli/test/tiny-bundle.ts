/** A real bundle, small and untrained, in a folder of its own: what the command-line tests swap with. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderConfig } from '@mfim/encoder';
import { randomBundle } from '../src/bench/random-bundle.ts';

const ENCODER: EncoderConfig = {
  inputResolution: 64,
  stemWidth: 8,
  stages: [
    { units: 1, width: 8 },
    { units: 1, width: 16 },
    { units: 1, width: 16 },
  ],
  pyramidWidth: 16,
  levels: [
    { resolution: 8, codesUpTo: 8 },
    { resolution: 16, codesUpTo: 16 },
    { resolution: 32, codesUpTo: 64 },
  ],
  codeWidth: 16,
  mapWidth: 8,
  mapResolutions: [16, 32],
};

/** Writes the bundle's files into `folder`. */
export async function writeTinyBundle(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = await randomBundle({ resolution: 64, channels: { base: 512, maximum: 16 }, encoder: ENCODER });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}
