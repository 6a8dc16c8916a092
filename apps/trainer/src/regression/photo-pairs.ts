/** Pairs of photos of one person, found in dataset folders by the ends of their origins; pairs that are nearly one photo are dropped. */
import { readFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';
import { openDuplicateFinder } from '../dataset/duplicate-finder.ts';
import { faceHash } from '../dataset/face-hash.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { Dataset } from '../dataset/open-dataset.ts';

/** One photo. */
export interface PhotoPlace {
  readonly dataset: Dataset;
  readonly number: number;
}

/** Pairs, and how many were left out. */
export interface PhotoPairs {
  readonly pairs: readonly (readonly [PhotoPlace, PhotoPlace])[];
  /** A photo is in none of the folders. */
  readonly absent: number;
  readonly nearDuplicates: number;
  /** Every photo of the folders. */
  readonly all: readonly PhotoPlace[];
  close(): Promise<void>;
}

const HEADER = 'photo_a,photo_b';
/**
 * Two photos of one person whose face hashes differ in at most so many of 256 bits are taken for one photo. Chosen by looking at the
 * pairs of same-person-pairs.csv (readme, "Faces with labels"): up to here most show one photo with other colours, another crop or
 * another background, beyond it most do not. Strangers come as near as 56 bits, which is why datasets are cleaned at 40.
 */
const ONE_PHOTO_BITS = 66;
/** Folder and file name: what stays of a photo's path in its origin. */
const NAME_PARTS = 2;

const nameOf = (origin: string): string => origin.split('/').slice(-NAME_PARTS).join('/');

async function readNames(file: string): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new InputError({ where: file, expected: 'a table of pairs', got: String(cause), remedy: 'check the path', cause });
  });
  const [header, ...lines] = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const rows = lines.map((line) => line.split(','));
  if (header?.startsWith(HEADER) === true && rows.every((row) => row.length >= 2)) return rows.map(([first, second]) => [nameOf(first!), nameOf(second!)] as const);
  throw new InputError({ where: file, expected: `lines of ${HEADER}`, got: header ?? 'nothing', remedy: 'name two photos in each line' });
}

async function isNearDuplicate([first, second]: readonly [PhotoPlace, PhotoPlace]): Promise<boolean> {
  const hash = async ({ dataset, number }: PhotoPlace): Promise<string> => faceHash({ width: dataset.size, height: dataset.size, channels: 3, range: 'byte', data: await dataset.read([number]) });
  const finder = openDuplicateFinder(ONE_PHOTO_BITS);
  finder.add('first', await hash(first));
  return finder.nearest(await hash(second)) !== undefined;
}

async function findPairs(names: readonly (readonly [string, string])[], opened: readonly Dataset[]): Promise<Omit<PhotoPairs, 'close'>> {
  const all = opened.flatMap((dataset) => dataset.index.images.map((_, number) => ({ dataset, number })));
  const places = new Map(all.map((place) => [nameOf(place.dataset.index.images[place.number]!.origin), place] as const));
  const found = names.flatMap((pair) => {
    const [first, second] = [places.get(pair[0]), places.get(pair[1])];
    return first === undefined || second === undefined ? [] : [[first, second] as const];
  });
  const pairs: (readonly [PhotoPlace, PhotoPlace])[] = [];
  for (const pair of found) if (!(await isNearDuplicate(pair))) pairs.push(pair);
  return { pairs, absent: names.length - found.length, nearDuplicates: found.length - pairs.length, all };
}

/**
 * @param file with the columns photo_a and photo_b
 * @param folders datasets of aligned faces that were prepared from the photos
 * @throws InputError when the table is none, or fewer than two pairs are found
 */
export async function openPhotoPairs(file: string, folders: readonly string[]): Promise<PhotoPairs> {
  const names = await readNames(file);
  const opened: Dataset[] = [];
  const close = async (): Promise<void> => void (await Promise.all(opened.map((dataset) => dataset.close())));
  try {
    for (const folder of folders) opened.push(await openDataset(folder));
    const found = await findPairs(names, opened);
    if (found.pairs.length >= 2) return { ...found, close };
    throw new InputError({ where: file, expected: 'two pairs or more', got: `${found.pairs.length} of ${names.length} in ${folders.join(', ')}`, remedy: 'prepare the photos with mfim-train dataset prepare' });
  } catch (error) {
    await close();
    throw error;
  }
}
