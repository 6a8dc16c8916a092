/**
 * Does WebGPU compute what wasm computes? Drivers and ONNX Runtime have known wrong results there
 * (microsoft/onnxruntime#29651: a first convolution on an input of more than 3 channels), and a wrong
 * number shows no error. So every start encodes and draws one synthetic face with both.
 */
import type { Bundle, EncodedFace } from '@mfim/pipeline';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';

/** What a bundle makes of the synthetic face. */
export interface SelfTestAnswer {
  readonly face: EncodedFace;
  readonly picture: ByteImage;
}

/** The largest difference that is taken for rounding, relative to the largest number. */
export const SELF_TEST_TOLERANCE = 1e-2;

const CHANNELS = 3;
const BYTE_MAX = 255;
const MIDDLE = 127;

/** Smooth waves of other lengths in each channel; the same on every machine. */
export function syntheticFace(size: number): ByteImage {
  const data = new Uint8Array(size * size * CHANNELS);
  for (let index = 0; index < data.length; index += 1) {
    const channel = index % CHANNELS;
    const pixel = (index - channel) / CHANNELS;
    const [x, y] = [(pixel % size) / size, Math.floor(pixel / size) / size];
    data[index] = Math.round(MIDDLE + MIDDLE * Math.sin((channel + 2) * Math.PI * x) * Math.cos((channel + 1) * Math.PI * y));
  }
  return byteImage(data, { width: size, height: size, channels: CHANNELS });
}

/** Runs the whole bundle once. */
export async function runSelfTest(bundle: Bundle): Promise<SelfTestAnswer> {
  const [face] = await bundle.encode([syntheticFace(bundle.manifest.alignment.size)]);
  const { codes, maps } = face as EncodedFace;
  return { face: { codes, maps }, picture: await bundle.generate(codes, maps) };
}

function relativeDifference(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let [difference, largest] = [0, Number.MIN_VALUE];
  for (let index = 0; index < first.length; index += 1) {
    difference = Math.max(difference, Math.abs((first[index] as number) - (second[index] as number)));
    largest = Math.max(largest, Math.abs(first[index] as number));
  }
  return difference / largest;
}

/** The largest relative difference over codes, maps and picture. @param trusted from wasm */
export function selfTestDifference(trusted: SelfTestAnswer, other: SelfTestAnswer): number {
  const maps = [...trusted.face.maps].map(([index, map]) => relativeDifference(map, other.face.maps.get(index) ?? []));
  const rounding = 1 / BYTE_MAX;
  const picture = Math.max(0, relativeDifference(trusted.picture.data, other.picture.data) - rounding);
  return Math.max(relativeDifference(trusted.face.codes.values, other.face.codes.values), picture, ...maps);
}
