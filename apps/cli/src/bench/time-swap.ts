/** One whole swap on aligned faces, by the calls that a real swap makes, each stage timed. */
import { swapCodes } from '@mfim/id-mixing';
import type { Bundle, EncodedFace } from '@mfim/pipeline';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { totalWatch } from './total-watch.ts';

/** Milliseconds. */
export interface SwapTimes {
  /** Both passes, source and target. */
  readonly encoders: number;
  readonly mixing: number;
  /** The generator's networks alone. */
  readonly generator: number;
  /** Everything, conversions and checks too. */
  readonly swap: number;
}

function noiseFace(size: number, seed: number): ByteImage {
  const data = Uint8Array.from({ length: size * size * 3 }, (_, index) => (index * 31 + seed * 97 + (index >> 5) * 7) % 256);
  return byteImage(data, { width: size, height: size, channels: 3 });
}

/** Runs one swap. Pixels are noise: the time does not depend on them. */
export async function timeSwap(bundle: Bundle): Promise<SwapTimes> {
  const { size } = bundle.manifest.alignment;
  const crops = [noiseFace(size, 1), noiseFace(size, 2)];
  const started = performance.now();
  const [source, target] = (await bundle.encode(crops)) as [EncodedFace, EncodedFace];
  const encoded = performance.now();
  const codes = swapCodes({ target: target.codes, source: source.codes, split: bundle.manifest.split });
  const mixed = performance.now();
  const stopwatch = totalWatch();
  await bundle.generate(codes, target.maps, { stopwatch });
  const swap = performance.now() - started;
  return { encoders: encoded - started, mixing: mixed - encoded, generator: stopwatch.total(), swap };
}
