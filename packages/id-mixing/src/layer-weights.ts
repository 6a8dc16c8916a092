/**
 * How much a person counts at each layer. Written by people, so that it holds for any generator:
 * a number (the same everywhere) or a record whose keys are
 *
 * - a layer name, `b32.conv0`: that layer alone;
 * - a kind of layer, `conv0`, `conv1` or `torgb`: such layers at every resolution;
 * - a resolution, `32`: from that resolution up to the next one that is named.
 *
 * The narrower key wins: name, then kind, then resolution. Our choice: the paper gives no format.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { StyleEntry } from '@mfim/tensor-contracts';

/** One number for all layers, or numbers by layer name, layer kind or resolution. */
export type LayerWeights = number | Readonly<Record<string, number>>;

/** What a weight may be, for the check and for its message. */
export interface WeightRange {
  /** For the message, such as `weights of 'anna'`. */
  readonly where: string;
  /** The largest allowed weight; default none. */
  readonly maximum?: number;
}

const LAYER_NAME = /^b(\d+)\.(conv0|conv1|torgb)$/;
const LAYER_KIND = /^(conv0|conv1|torgb)$/;
const RESOLUTION = /^[1-9]\d*$/;
const SMALLEST_RESOLUTION = 4;

function isResolution(value: number): boolean {
  return value >= SMALLEST_RESOLUTION && Number.isInteger(Math.log2(value));
}

function isLayerKey(key: string): boolean {
  if (LAYER_KIND.test(key)) return true;
  if (RESOLUTION.test(key)) return isResolution(Number(key));
  const resolution = Number(LAYER_NAME.exec(key)?.[1]);
  return isResolution(resolution) && key !== 'b4.conv0';
}

function checkWeight(weight: unknown, key: string, range: WeightRange): void {
  const maximum = range.maximum ?? Number.POSITIVE_INFINITY;
  if (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0 && weight <= maximum) return;
  const bounds = range.maximum === undefined ? 'a finite number, 0 or more' : `a number from 0 to ${range.maximum}`;
  throw new InputError({
    where: range.where,
    expected: `${bounds}, for ${key}`,
    got: typeof weight === 'string' ? `'${weight}'` : String(weight),
    remedy: 'write the weight as a plain number, such as 0.5',
  });
}

/**
 * Checks every key and number.
 *
 * @throws InputError on a weight that is not a finite number >= 0 (or above `range.maximum`), and on
 *   a key that is no layer name, layer kind or resolution.
 */
export function checkLayerWeights(weights: LayerWeights, range: WeightRange): void {
  if (typeof weights !== 'object' || weights === null) {
    checkWeight(weights, 'every layer', range);
    return;
  }
  for (const [key, weight] of Object.entries(weights)) {
    if (!isLayerKey(key)) {
      throw new InputError({
        where: range.where,
        expected: "a layer such as 'b32.conv0', a kind such as 'torgb', or a resolution such as '32'",
        got: `'${key}'`,
        remedy: 'take layer names from the style table of the bundle',
      });
    }
    checkWeight(weight, key, range);
  }
}

function weightFromResolution(weights: Readonly<Record<string, number>>, resolution: number): number | undefined {
  const named = Object.keys(weights).filter((key) => RESOLUTION.test(key) && Number(key) <= resolution);
  if (named.length === 0) return undefined;
  return weights[String(Math.max(...named.map(Number)))];
}

/**
 * The weight of one layer.
 *
 * @param otherwise the weight where no key reaches: below the first resolution that is named
 */
export function weightAt(weights: LayerWeights, entry: StyleEntry, otherwise: number): number {
  if (typeof weights === 'number') return weights;
  return (
    weights[entry.name] ?? weights[entry.layer] ?? weightFromResolution(weights, entry.resolution) ?? otherwise
  );
}
