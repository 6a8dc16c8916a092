/**
 * Gaussian blur as `scipy.ndimage.gaussian_filter` computes it on float32 pictures: separable,
 * columns first, the kernel cut at 4 sigma, borders mirrored with the edge pixel repeated, sums in
 * 64 bits, each pass rounded to 32 bits.
 */

/** Interleaved float pixels. */
export interface FloatPixels {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

const CUT = 4;

function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.trunc(CUT * sigma + 0.5);
  const kernel = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let tap = 0; tap < kernel.length; tap += 1) {
    const value = Math.exp((-0.5 / (sigma * sigma)) * (tap - radius) ** 2);
    kernel[tap] = value;
    sum += value;
  }
  return kernel.map((value) => value / sum);
}

/** Mirrors with the edge repeated: -1 is 0, -2 is 1, `length` is `length - 1`. */
function mirror(position: number, length: number): number {
  const period = 2 * length;
  const wrapped = ((position % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}

/** Where each tap of the kernel reads: a run of values that starts at `starts[tap]` in `data`. */
interface TapRuns {
  readonly data: Float32Array;
  readonly starts: Int32Array;
}

/** `sums[i] = sum over taps of kernel[tap] * data[starts[tap] + i]`, two symmetric pairs at a time. */
function weightRuns(sums: Float64Array, { data, starts }: TapRuns, kernel: Float64Array): void {
  const radius = (kernel.length - 1) / 2;
  const last = kernel.length - 1;
  const middleStart = starts[radius] as number;
  const middleWeight = kernel[radius] as number;
  for (let index = 0; index < sums.length; index += 1) sums[index] = (data[middleStart + index] as number) * middleWeight;
  for (let tap = 0; tap < radius; tap += 2) {
    const paired = tap + 1 < radius;
    const next = paired ? tap + 1 : tap;
    const weight = kernel[tap] as number;
    const nextWeight = paired ? (kernel[next] as number) : 0;
    const a = starts[tap] as number;
    const b = starts[last - tap] as number;
    const c = starts[next] as number;
    const d = starts[last - next] as number;
    for (let index = 0; index < sums.length; index += 1) {
      const outer = (data[a + index] as number) + (data[b + index] as number);
      const inner = (data[c + index] as number) + (data[d + index] as number);
      sums[index] = (sums[index] as number) + outer * weight + inner * nextWeight;
    }
  }
}

function blurColumns(pixels: FloatPixels, kernel: Float64Array): FloatPixels {
  const { data, height } = pixels;
  const rowLength = pixels.width * pixels.channels;
  const radius = (kernel.length - 1) / 2;
  const result = new Float32Array(data.length);
  const sums = new Float64Array(rowLength);
  const starts = new Int32Array(kernel.length);
  for (let row = 0; row < height; row += 1) {
    for (let tap = 0; tap < starts.length; tap += 1) starts[tap] = mirror(row + tap - radius, height) * rowLength;
    weightRuns(sums, { data, starts }, kernel);
    result.set(sums, row * rowLength);
  }
  return { ...pixels, data: result };
}

function blurRows(pixels: FloatPixels, kernel: Float64Array): FloatPixels {
  const { data, width, height, channels } = pixels;
  const radius = (kernel.length - 1) / 2;
  const result = new Float32Array(data.length);
  const padded = new Float32Array((width + 2 * radius) * channels);
  const starts = Int32Array.from(kernel, (_, tap) => tap * channels);
  const sources = Int32Array.from({ length: padded.length }, (_, index) => {
    const channel = index % channels;
    return mirror((index - channel) / channels - radius, width) * channels + channel;
  });
  const sums = new Float64Array(width * channels);
  for (let row = 0; row < height; row += 1) {
    const start = row * width * channels;
    for (let index = 0; index < padded.length; index += 1) {
      padded[index] = data[start + (sources[index] as number)] as number;
    }
    weightRuns(sums, { data: padded, starts }, kernel);
    result.set(sums, start);
  }
  return { ...pixels, data: result };
}

/** Blurs every channel by itself; `sigma` in pixels, more than 0. */
export function gaussianBlur(pixels: FloatPixels, sigma: number): FloatPixels {
  const kernel = gaussianKernel(sigma);
  return blurRows(blurColumns(pixels, kernel), kernel);
}
