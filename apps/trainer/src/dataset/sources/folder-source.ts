/** A folder of photo files, with its sub-folders, in the order of their names. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { checkPhotoBytes } from './photo-source.ts';
import type { PhotoSource } from './photo-source.ts';
import { LABELS_FILE, unusedLabels } from './stylegan-labels.ts';

/**
 * @param folder to read
 * @param names of its photos, relative, with `/`, sorted
 */
export async function folderSource(folder: string, names: readonly string[]): Promise<PhotoSource> {
  const text = await readFile(path.join(folder, LABELS_FILE), 'utf8').catch(() => undefined);
  const labels = text === undefined ? undefined : unusedLabels(text);
  return {
    path: folder,
    unused: labels === undefined ? [] : [labels],
    most: names.length,
    photos: async function* photos() {
      for (const name of names) {
        yield {
          name,
          read: async () => {
            const file = path.join(folder, name);
            checkPhotoBytes(name, (await stat(file)).size);
            return new Uint8Array(await readFile(file));
          },
        };
      }
    },
  };
}
