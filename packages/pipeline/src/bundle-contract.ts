/**
 * What the ONNX files of a bundle take and give. `S` = `manifest.alignment.size`, `W` = the style
 * table's total width, `r` = a noise input's resolution:
 *
 * - encoder: `image` [batch, S, S, 3] -> `codes` [batch, W] and `map_<noise index>` [batch, r, r, 1]
 *   for each style map it feeds;
 * - each generator stage: `codes`, the `map_<i>` of its resolutions that the encoder feeds, and for
 *   later stages `previous_features` and `previous_rgb`, the outputs of the stage before -> `rgb`
 *   [batch, upTo, upTo, 3] and, except for the last stage, `features`, channels first or last. (ONNX
 *   allows no graph whose input and output share a name, hence `previous_`.)
 *
 * A network that takes one image at a time has 1 in place of `batch`.
 */
import { BundleError, mapPortName } from '@mfim/tensor-contracts';
import type { BundleManifest, InferenceSession, NetworkContract, PortContract, StyleTable } from '@mfim/tensor-contracts';

/** Names of the ports that the contract fixes. */
export const PORT = {
  image: 'image',
  codes: 'codes',
  features: 'features',
  rgb: 'rgb',
  previousFeatures: 'previous_features',
  previousRgb: 'previous_rgb',
} as const;

const MAP_NAME = /^map_(0|[1-9]\d*)$/;
const RGB_CHANNELS = 3;
const EXPORT_AGAIN = 'export the bundle again with this version of mfim-train';

/** The noise indices among some ports, in order. */
export function mapIndices(ports: readonly PortContract[]): readonly number[] {
  return ports.flatMap(({ name }) => {
    const index = MAP_NAME.exec(name)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
}

function refuse(where: string, expected: string, got: string): never {
  throw new BundleError({ where: `bundle contract of ${where}`, expected, got, remedy: EXPORT_AGAIN });
}

/** Sizes after the batch axis of every port; `undefined` = any. */
type PortSizes = Readonly<Record<string, readonly (number | undefined)[]>>;

function checkPorts(where: string, ports: readonly PortContract[], wanted: PortSizes): void {
  const names = ports.map(({ name }) => name);
  const expected = Object.keys(wanted);
  if (names.toSorted().join() !== expected.toSorted().join()) {
    refuse(where, expected.join(', '), names.length === 0 ? 'nothing' : names.join(', '));
  }
  for (const { name, axes } of ports) {
    const sizes = wanted[name] as readonly (number | undefined)[];
    const fits = axes.length === sizes.length + 1 && sizes.every((size, index) => size === undefined || axes[index + 1] === size);
    if (!fits) {
      const shape = ['batch', ...sizes.map((size) => size ?? 'any')].join(', ');
      refuse(`${where}, ${name}`, `axes [${shape}]`, `[${axes.join(', ')}]`);
    }
  }
}

function mapSizes(where: string, indices: readonly number[], table: StyleTable): PortSizes {
  return Object.fromEntries(
    indices.map((index) => {
      const noise = table.noises[index];
      if (noise === undefined) {
        return refuse(where, `maps from map_0 to map_${table.noises.length - 1}`, mapPortName(index));
      }
      return [mapPortName(index), [noise.resolution, noise.resolution, 1]];
    }),
  );
}

function checkEncoder({ encoder, alignment }: BundleManifest, table: StyleTable): void {
  const { size } = alignment;
  checkPorts('encoder inputs', encoder.inputs, { [PORT.image]: [size, size, RGB_CHANNELS] });
  const image = encoder.inputs[0] as PortContract;
  if (image.range !== 'signed' || image.colour !== 'rgb') {
    refuse('encoder inputs, image', 'signed rgb', `${image.range} ${image.colour ?? 'without colour'}`);
  }
  const maps = mapSizes('encoder outputs', mapIndices(encoder.outputs), table);
  checkPorts('encoder outputs', encoder.outputs, { [PORT.codes]: [table.totalWidth], ...maps });
}

/** Of the features of a stage: channels-first, as they are exported now, or channels-last, as they were. */
function featureSizes(stage: BundleManifest['stages'][number]): readonly (number | undefined)[] {
  const axes = stage.outputs.find(({ name }) => name === PORT.features)?.axes ?? [];
  const [, first, second] = axes;
  return first === stage.upTo && second === stage.upTo ? [stage.upTo, stage.upTo, undefined] : [undefined, stage.upTo, stage.upTo];
}

/** The stage reads the features just as the stage before it gives them. */
function previousSizes({ outputs }: BundleManifest['stages'][number]): readonly (number | undefined)[] {
  const axes = outputs.find(({ name }) => name === PORT.features)?.axes ?? [];
  return axes.slice(1).map((size) => (typeof size === 'number' ? size : undefined));
}

function checkStage(manifest: BundleManifest, table: StyleTable, position: number): void {
  const stage = manifest.stages[position] as BundleManifest['stages'][number];
  const where = `stage ${stage.file}`;
  const previous = manifest.stages[position - 1];
  const from = previous?.upTo;
  const inStage = mapIndices(manifest.encoder.outputs).filter((index) => {
    const resolution = table.noises[index]?.resolution as number;
    return resolution <= stage.upTo && resolution > (from ?? 0);
  });
  checkPorts(`${where} inputs`, stage.inputs, {
    [PORT.codes]: [table.totalWidth],
    ...mapSizes(where, inStage, table),
    ...(previous === undefined ? {} : { [PORT.previousFeatures]: previousSizes(previous), [PORT.previousRgb]: [previous.upTo, previous.upTo, RGB_CHANNELS] }),
  });
  const last = position === manifest.stages.length - 1;
  checkPorts(`${where} outputs`, stage.outputs, {
    [PORT.rgb]: [stage.upTo, stage.upTo, RGB_CHANNELS],
    ...(last ? {} : { [PORT.features]: featureSizes(stage) }),
  });
}

/** @throws BundleError when the manifest's networks do not fit together as the contract says. */
export function checkBundleContract(manifest: BundleManifest, table: StyleTable): void {
  checkEncoder(manifest, table);
  manifest.stages.forEach((_, position) => checkStage(manifest, table, position));
}

/** @throws BundleError when an opened network has other inputs or outputs than the manifest says. */
export function checkSession(session: InferenceSession, network: NetworkContract): void {
  for (const side of ['inputs', 'outputs'] as const) {
    const wanted = network[side].map(({ name }) => name);
    if (session[side].toSorted().join() !== wanted.toSorted().join()) {
      refuse(`${network.file} ${side}`, `${wanted.join(', ')} as in manifest.json`, session[side].join(', '));
    }
  }
}
