/** Which faces join a dataset: of photos that are nearly one the first stays; with `keep` all do, and the others are listed. */
import { resample } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { ImageRecord } from './dataset-index.ts';
import { openDuplicateFinder } from './duplicate-finder.ts';

/** Two photos that are nearly one. */
export interface NearDuplicate {
  readonly origin: string;
  /** The earlier photo; it is in the dataset. */
  readonly like: string;
  /** Bits of 256 in which their hashes differ. */
  readonly distance: number;
  /** The photo's face, small; only for the first ones. */
  readonly thumbnail?: ByteImage;
}

/** Side of the thumbnails in pixels. */
export const THUMBNAIL_SIDE = 96;

const MOST_THUMBNAILS = 100;

/** `distance`: bits of 256 in which the hashes of one photo differ at most. `keep`: list them, but keep them. */
export interface DuplicatePolicy {
  readonly distance: number;
  readonly keep: boolean;
}

/** A face that asks to join. */
export interface Candidate {
  readonly origin: string;
  /** See `face-hash.ts`. */
  readonly hash: string;
  readonly picture: () => ByteImage | Promise<ByteImage>;
}

/** Decides one face after the other. */
export interface FaceAdmission {
  /** Whether the face joins; from then on others are compared with it. */
  readonly admit: (candidate: Candidate) => Promise<boolean>;
  readonly duplicates: readonly NearDuplicate[];
}

/** @param records what is in the dataset already */
export function openFaceAdmission({ distance, keep }: DuplicatePolicy, records: readonly ImageRecord[]): FaceAdmission {
  const finder = openDuplicateFinder(distance);
  for (const { origin, faceHash: hash } of records) if (hash !== undefined) finder.add(origin, hash);
  // In the first size, but not in every one: a killed run, or a size that was added later. It is no duplicate of itself.
  const there = new Set(records.map(({ origin }) => origin));
  const duplicates: NearDuplicate[] = [];
  return {
    duplicates,
    admit: async ({ origin, hash, picture }) => {
      if (there.has(origin)) return true;
      const like = finder.nearest(hash);
      if (like !== undefined) {
        const small = duplicates.length < MOST_THUMBNAILS ? { thumbnail: resample(await picture(), { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE }, 'lanczos') } : {};
        duplicates.push({ origin, like: like.name, distance: like.distance, ...small });
        if (!keep) return false;
      }
      finder.add(origin, hash);
      return true;
    },
  };
}
