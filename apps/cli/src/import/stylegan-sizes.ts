/** Sizes of StyleGAN2 networks, read off the shapes of either PyTorch store. */
import type { Shaped } from '@mfim/checkpoints';
import { InputError, channelsAt } from '@mfim/tensor-contracts';
import type { ChannelPlan } from '@mfim/tensor-contracts';

/** Whose names a network has. */
export type StyleganOrigin = 'nvidia' | 'rosinality';

/** What a generator's shapes say. */
export interface GeneratorSizes {
  readonly resolution: number;
  readonly channels: ChannelPlan;
  readonly latentWidth: number;
  readonly mappingLayers: number;
}

type Shapes = ReadonlyMap<string, Shaped>;
type Widths = ReadonlyMap<number, number>;

/** Of nothing, 0; files may have more names than a call may have arguments. */
const largest = (values: Iterable<number>): number => [...values].reduce((most, value) => Math.max(most, value), 0);

/** The first resolution that rosinality's lists `convs` begin with. */
const FIRST_LISTED = 8;

function matches(shapes: Shapes, expression: RegExp): readonly { readonly index: number; readonly shape: readonly number[] }[] {
  return [...shapes].flatMap(([name, { shape }]) => {
    const found = expression.exec(name)?.[1];
    return found === undefined ? [] : [{ index: Number(found), shape }];
  });
}

/**
 * The plan that gives these widths.
 *
 * @throws InputError when `min(maximum, base / size)` gives no such widths
 */
function channelPlan(file: string, widths: Widths): ChannelPlan {
  const resolution = largest(widths.keys());
  const maximum = largest(widths.values());
  const top = widths.get(resolution) as number;
  const base = top < maximum ? top * resolution : maximum * resolution;
  const wrong = [...widths].filter(([size, width]) => channelsAt(size, { base, maximum }) !== width);
  if (wrong.length === 0) return { base, maximum };
  throw new InputError({
    where: file,
    expected: `layers of min(${maximum}, ${base} / size) channels, as StyleGAN2 has them`,
    got: wrong.map(([size, width]) => `${width} at ${size}`).join(', '),
    remedy: 'networks of other widths cannot be imported',
  });
}

function nvidiaWidths(shapes: Shapes): Widths {
  return new Map(matches(shapes, /^synthesis\.b(\d+)\.conv1\.weight$/).map(({ index, shape }) => [index, shape[0] ?? 0]));
}

function rosinalityWidths(shapes: Shapes): Widths {
  const listed = matches(shapes, /^convs\.(\d+)\.conv\.weight$/).filter(({ index }) => index % 2 === 1);
  const first = shapes.get('conv1.conv.weight')?.shape[1] ?? 0;
  return new Map([[FIRST_LISTED / 2, first], ...listed.map(({ index, shape }) => [FIRST_LISTED * 2 ** ((index - 1) / 2), shape[1] ?? 0] as const)]);
}

/**
 * Sizes of a generator.
 *
 * @throws InputError when the widths are no StyleGAN2 plan
 */
export function generatorSizes(file: string, origin: StyleganOrigin, shapes: Shapes): GeneratorSizes {
  const widths = origin === 'nvidia' ? nvidiaWidths(shapes) : rosinalityWidths(shapes);
  const layers = matches(shapes, origin === 'nvidia' ? /^mapping\.fc(\d+)\.weight$/ : /^style\.(\d+)\.weight$/);
  return {
    resolution: largest(widths.keys()),
    channels: channelPlan(file, widths),
    latentWidth: layers[0]?.shape[0] ?? 0,
    mappingLayers: layers.length,
  };
}

/** Sizes of a discriminator. @throws InputError when the widths are no StyleGAN2 plan */
export function discriminatorSizes(file: string, origin: StyleganOrigin, shapes: Shapes): Pick<GeneratorSizes, 'resolution' | 'channels'> {
  const last = origin === 'nvidia' ? 'b4.conv.weight' : 'final_conv.0.weight';
  const blocks = matches(shapes, origin === 'nvidia' ? /^b(\d+)\.conv0\.weight$/ : /^convs\.(\d+)\.conv1\.0\.weight$/);
  const resolution = origin === 'nvidia' ? largest(blocks.map(({ index }) => index)) : 4 * 2 ** blocks.length;
  const sizeOf = (index: number): number => (origin === 'nvidia' ? index : (2 * resolution) / 2 ** index);
  const widths = new Map([[4, shapes.get(last)?.shape[0] ?? 0], ...blocks.map(({ index, shape }) => [sizeOf(index), shape[0] ?? 0] as const)]);
  return { resolution, channels: channelPlan(file, widths) };
}
