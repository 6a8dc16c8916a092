/**
 * A zip of photos, as stylegan3's dataset_tool writes it or any other. Labels in its `dataset.json` are not kept, and
 * that is said. Sizes are checked against the declaration and counted while inflating (yauzl refuses an entry
 * that inflates to another size than it declares).
 */
import { getFileNameLowLevel, openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { checkInsideName, shownName } from './inside-name.ts';
import { checkPhotoBytes, damagedArchive, isPhotoName } from './photo-source.ts';
import type { PhotoSource, SourcePhoto } from './photo-source.ts';
import { readLimited } from './read-limited.ts';
import { LABELS_FILE, unusedLabels } from './stylegan-labels.ts';

/** @throws InputError when the file's directory cannot be read, as in a file that was cut short */
export async function zipSource(file: string): Promise<PhotoSource> {
  const zip = await openZip(file);
  try {
    // Damage is for the walk to report, after the photos before it.
    const labels = await labelsIn(zip, file).catch(() => undefined);
    return { path: file, most: zip.entryCount, unused: labels === undefined ? [] : [labels], photos: () => photosOf(file) };
  } finally {
    zip.close();
  }
}

async function labelsIn(zip: ZipFile, file: string): Promise<string | undefined> {
  const entries = zip.eachEntry()[Symbol.asyncIterator]();
  for (let entry = await nextEntry(entries, file); entry !== undefined; entry = await nextEntry(entries, file)) {
    if (nameOf(entry) === LABELS_FILE) return unusedLabels(Buffer.from(await readEntry(zip, entry, LABELS_FILE)).toString());
  }
  return undefined;
}

async function openZip(file: string): Promise<ZipFile> {
  try {
    // Names are decoded below: with `decodeStrings` one bad name would end the whole archive.
    return await openPromise(file, { decodeStrings: false, autoClose: false });
  } catch (cause) {
    throw damagedArchive(file, 'zip file', cause);
  }
}

async function* photosOf(file: string): AsyncGenerator<SourcePhoto> {
  const zip = await openZip(file);
  const entries = zip.eachEntry()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const entry = await nextEntry(entries, file);
      if (entry === undefined) return;
      const name = nameOf(entry);
      if (isPhotoName(name)) yield { name: shownName(name), read: () => readEntry(zip, entry, name) };
    }
  } finally {
    zip.close();
  }
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

async function nextEntry(entries: AsyncIterator<Entry>, file: string): Promise<Entry | undefined> {
  try {
    const { done, value } = await entries.next();
    return done === true ? undefined : value;
  } catch (cause) {
    throw damagedArchive(file, 'zip file', cause);
  }
}

async function readEntry(zip: ZipFile, entry: Entry, name: string): Promise<Uint8Array> {
  checkInsideName(name);
  checkPhotoBytes(name, entry.uncompressedSize);
  try {
    return await readLimited(await zip.openReadStreamPromise(entry), name);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'InputError') throw cause;
    throw damagedArchive(name, 'photo in its zip file', cause);
  }
}
