/** The open face regressor from a folder of `mfim-train export-face3d`. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { readOpenFace } from '../regressors/read-open-face.ts';
import type { OpenFace } from '../regressors/read-open-face.ts';

/** The differentiable regressor. @throws InputError when the folder or a file is absent, damaged, or of another network */
export async function openFaceIn(folder: string): Promise<OpenFace> {
  return readOpenFace({
    origin: folder,
    sha256: async (bytes) => createHash('sha256').update(bytes).digest('hex'),
    read: async (name) => {
      try {
        return new Uint8Array(await readFile(path.join(folder, name)));
      } catch (cause) {
        throw new InputError({
          where: path.join(folder, name),
          expected: 'a file of the open face regressor',
          got: String(cause),
          remedy: 'name its folder, such as models/open-face3d of the repository or one that mfim-train export-face3d RUN --out DIR wrote; or name weights.threeDdfa in place of weights.openFace',
          cause,
        });
      }
    },
  });
}
