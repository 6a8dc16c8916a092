/**
 * Searches an upright photo for faces: as a whole; in four overlapping tiles where faces may be too
 * small for the network's 512-pixel view; from a distance where one may fill the picture; and by a
 * close look at every face that the network is not sure of. (Our choice of steps and thresholds.)
 */
import type { ByteImage } from '@mfim/tensor-contracts';
import { overlap } from './box.ts';
import type { Box } from './box.ts';
import { detect, DETECTOR_SIZE } from './detector.ts';
import type { Detection, DetectorScene } from './detector.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

/** What is looked at closely, and what is believed without. */
const DOUBTFUL_SCORE = 0.25;
const SURE_SCORE = 0.9;
const MOST_CLOSE_LOOKS = 24;
/** Side of a close look in units of the box. */
const CLOSE_SIDE = 2.5;
const SAME_FACE = 0.3;
/** Tiles are used for photos larger than this, unless a face takes up that share of the photo. */
const TILE_FROM = 1.5 * DETECTOR_SIZE;
const LARGE_FACE_SHARE = 0.12;
const TILE_SHARE = 0.6;
/** A box this near to a tile's border, in units of the tile, may be a face that was cut. */
const TILE_MARGIN = 0.01;

function wholeOf(photo: ByteImage): Box {
  return { x: 0, y: 0, width: photo.width, height: photo.height };
}

/** Two positions along an axis that cover it, or one where the tile is as long as the axis. */
function tileStarts(length: number, tile: number): readonly number[] {
  return tile >= length ? [0] : [0, length - tile];
}

function tilesOf(photo: ByteImage): readonly Box[] {
  const side = Math.round(Math.max(photo.width, photo.height) * TILE_SHARE);
  const width = Math.min(side, photo.width);
  const height = Math.min(side, photo.height);
  return tileStarts(photo.width, width).flatMap((x) => tileStarts(photo.height, height).map((y) => ({ x, y, width, height })));
}

/** Whether a box lies at a border of the tile that is not a border of the photo. */
function isCut(box: Box, tile: Box, photo: ByteImage): boolean {
  const margin = TILE_MARGIN * Math.max(tile.width, tile.height);
  return (
    (tile.x > 0 && box.x < tile.x + margin) ||
    (tile.y > 0 && box.y < tile.y + margin) ||
    (tile.x + tile.width < photo.width && box.x + box.width > tile.x + tile.width - margin) ||
    (tile.y + tile.height < photo.height && box.y + box.height > tile.y + tile.height - margin)
  );
}

async function searchTiles(scene: DetectorScene): Promise<readonly Detection[]> {
  const found: Detection[] = [];
  for (const tile of tilesOf(scene.photo)) {
    const inTile = await detect(scene, tile);
    found.push(...inTile.filter(({ box }) => !isCut(box, tile, scene.photo)));
  }
  return found;
}

function needsTiles(photo: ByteImage, found: readonly Detection[]): boolean {
  const side = Math.max(photo.width, photo.height);
  if (side <= TILE_FROM) return false;
  return !found.some(({ box, score }) => score >= SURE_SCORE && Math.max(box.width, box.height) > LARGE_FACE_SHARE * side);
}

/** The same face in a crop around its box, or nothing when it is none from near by. */
async function lookClosely(scene: DetectorScene, doubtful: Detection): Promise<Detection | undefined> {
  const { box } = doubtful;
  const side = CLOSE_SIDE * Math.max(box.width, box.height);
  const region = { x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2, width: side, height: side };
  const found = await detect(scene, region);
  return found.find((candidate) => overlap(candidate.box, box) > SAME_FACE);
}

async function confirm(scene: DetectorScene, candidates: readonly Detection[]): Promise<readonly Detection[]> {
  const confirmed: Detection[] = [];
  let looks = 0;
  for (const candidate of candidates) {
    if (candidate.score >= SURE_SCORE) {
      confirmed.push(candidate);
    } else if (looks < MOST_CLOSE_LOOKS) {
      looks += 1;
      const seen = await lookClosely(scene, candidate);
      if (seen !== undefined) confirmed.push(seen);
    }
  }
  return suppressOverlaps(confirmed);
}

/** The photo in the middle of an empty area of twice its size, for faces that fill it. */
function fromDistance({ width, height }: ByteImage): Box {
  return { x: -width / 2, y: -height / 2, width: 2 * width, height: 2 * height };
}

/**
 * All faces of a photo in this position, best first.
 *
 * @param scene its `minimumScore` holds for the result
 * @param thorough also from a distance, when there is nothing else
 */
export async function searchPhoto(scene: DetectorScene, thorough: boolean): Promise<readonly Detection[]> {
  const open = { ...scene, minimumScore: Math.min(scene.minimumScore, DOUBTFUL_SCORE) };
  const whole = await detect(open, wholeOf(scene.photo));
  const tiles = needsTiles(scene.photo, whole) ? await searchTiles(open) : [];
  const found = await confirm(scene, suppressOverlaps([...whole, ...tiles]));
  if (found.length > 0 || !thorough) return found;
  return confirm(scene, await detect(open, fromDistance(scene.photo)));
}
