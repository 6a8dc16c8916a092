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

function blurColumns(pixels: FloatPixels, kernel: Float64Array): FloatPixels {
  const { data, height } = pixels;
  const rowLength = pixels.width * pixels.channels;
  const radius = (kernel.length - 1) / 2;
  const result = new Float32Array(data.length);
  const sums = new Float64Array(rowLength);
  for (let row = 0; row < height; row += 1) {
    sums.fill(0);
    for (let tap = 0; tap < kernel.length; tap += 1) {
      const weight = kernel[tap] as number;
      const source = mirror(row + tap - radius, height) * rowLength;
      for (let index = 0; index < rowLength; index += 1) {
        sums[index] = (sums[index] as number) + (data[source + index] as number) * weight;
      }
    }
    result.set(sums, row * rowLength);
  }
  return { ...pixels, data: result };
}

function blurRows(pixels: FloatPixels, kernel: Float64Array): FloatPixels {
  const { data, width, height, channels } = pixels;
  const radius = (kernel.length - 1) / 2;
  const result = new Float32Array(data.length);
  const padded = new Float32Array((width + 2 * radius) * channels);
  const sources = Int32Array.from({ length: width + 2 * radius }, (_, index) => mirror(index - radius, width));
  const sums = new Float64Array(width * channels);
  for (let row = 0; row < height; row += 1) {
    const start = row * width * channels;
    for (let index = 0; index < padded.length; index += 1) {
      const source = sources[Math.trunc(index / channels)] as number;
      padded[index] = data[start + source * channels + (index % channels)] as number;
    }
    sums.fill(0);
    for (let tap = 0; tap < kernel.length; tap += 1) {
      const weight = kernel[tap] as number;
      const shift = tap * channels;
      for (let index = 0; index < sums.length; index += 1) {
        sums[index] = (sums[index] as number) + (padded[index + shift] as number) * weight;
      }
    }
    result.set(sums, start);
  }
  return { ...pixels, data: result };
}

/** Blurs every channel by itself; `sigma` in pixels, more than 0. */
export function gaussianBlur(pixels: FloatPixels, sigma: number): FloatPixels {
  const kernel = gaussianKernel(sigma);
  return blurRows(blurColumns(pixels, kernel), kernel);
}
