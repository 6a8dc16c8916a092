/**
 * The heads of our encoder from the linear layers of pSp's style blocks and the affine layers of its decoder, which are linear
 * too: w = x L / sqrt(c) + l + mean, code = w A / sqrt(d) + b, hence code = x (L A / sqrt(d)) / sqrt(c) + (l + mean) A / sqrt(d) + b.
 * Products are formed in float64.
 */
import { codeTrunks } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { layerKey } from '@mfim/stylegan';
import type { StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import type { DeferredTensor } from './import-kind.ts';

/** What heads are made of. */
export interface HeadParts {
  readonly config: EncoderConfig;
  readonly table: StyleTable;
  /** By our names: `latents.l3.weight` [c, d] and `.bias` [d]; `affines.b4_conv1.weight` [d, width] and `.bias` [width]. */
  readonly tensors: ReadonlyMap<string, DeferredTensor>;
  /** Mean of w for each latent, [count, d]; none where the encoder gives vectors as they are. */
  readonly mean: DeferredTensor | undefined;
}

interface Matrix {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** left [n, d] times right [d, m], divided by sqrt(d). */
function product(left: Matrix, right: Matrix): Float64Array {
  const result = new Float64Array(left.rows * right.columns);
  const gain = 1 / Math.sqrt(left.columns);
  for (let row = 0; row < left.rows; row += 1) {
    for (let inner = 0; inner < left.columns; inner += 1) {
      const factor = (left.data[row * left.columns + inner] as number) * gain;
      for (let column = 0; column < right.columns; column += 1) {
        const at = row * right.columns + column;
        result[at] = (result[at] as number) + factor * (right.data[inner * right.columns + column] as number);
      }
    }
  }
  return result;
}

async function read(tensors: HeadParts['tensors'], name: string): Promise<Float32Array> {
  return (await tensors.get(name)?.read()) ?? new Float32Array();
}

async function affineOf({ tensors, config }: HeadParts, entry: StyleEntry): Promise<Matrix> {
  return { data: await read(tensors, `affines.${layerKey(entry)}.weight`), rows: config.codeWidth, columns: entry.width };
}

/** The vector that a trunk's bias and, in the trunk of its own, the mean give to a layer. */
async function offsetOf({ tensors, config, mean }: HeadParts, latent: number, isOwn: boolean): Promise<Float64Array> {
  const bias = Float64Array.from(await read(tensors, `latents.l${latent}.bias`));
  const means = isOwn ? await mean?.read() : undefined;
  return means === undefined ? bias : bias.map((value, index) => value + (means[latent * config.codeWidth + index] as number));
}

function headOf(parts: HeadParts, latent: number, entry: StyleEntry): readonly [string, DeferredTensor][] {
  const { config, tensors } = parts;
  const prefix = `codes.l${latent}.heads.${layerKey(entry)}`;
  const isOwn = entry.latentIndex === latent;
  return [
    [`${prefix}.weight`, {
      shape: [config.codeWidth, entry.width],
      async read() {
        const left = { data: await read(tensors, `latents.l${latent}.weight`), rows: config.codeWidth, columns: config.codeWidth };
        return Float32Array.from(product(left, await affineOf(parts, entry)));
      },
    }],
    [`${prefix}.bias`, {
      shape: [entry.width],
      async read() {
        const offset = { data: await offsetOf(parts, latent, isOwn), rows: 1, columns: config.codeWidth };
        const own = isOwn ? await read(tensors, `affines.${layerKey(entry)}.bias`) : new Float32Array(entry.width);
        return Float32Array.from(product(offset, await affineOf(parts, entry)), (value, index) => value + (own[index] as number));
      },
    }],
  ];
}

/** Weights and biases of all heads, by the names of `encoderSpec`. */
export function pspHeads(parts: HeadParts): ReadonlyMap<string, DeferredTensor> {
  const trunks = codeTrunks(parts.config, parts.table);
  return new Map(trunks.flatMap(({ key, entries }) => entries.flatMap((entry) => headOf(parts, Number(key.slice(1)), entry))));
}
