/** The form of a pSp or e4e encoder, read off its shapes. */
import type { Shaped } from '@mfim/checkpoints';
import type { BackboneStage, EncoderConfig, PyramidLevel } from '@mfim/encoder';

type Shapes = ReadonlyMap<string, Shaped>;

/** Channels of 3x3 kernels of M2M blocks, should somebody add them: that of `IR_SE_50`. */
const MAP_WIDTH = 64;

/** The widths there tell where a stage begins: its first unit changes them, but for the first stage's. */
function stagesOf(shapes: Shapes): readonly BackboneStage[] {
  const stages: { units: number; width: number }[] = [];
  for (let index = 0; ; index += 1) {
    const [output, input] = shapes.get(`body.${index}.res_layer.1.weight`)?.shape ?? [];
    if (output === undefined) return stages;
    const last = stages.at(-1);
    if (last === undefined || input !== output) stages.push({ units: 1, width: output });
    else last.units += 1;
  }
}

/** Each style block halves its map until one pixel is left. */
function mapResolution(shapes: Shapes, latent: number): number {
  let steps = 0;
  while (shapes.has(`styles.${latent}.convs.${2 * steps}.weight`)) steps += 1;
  return 2 ** steps;
}

/** Resolution of the convolution that reads a W+ vector first. */
const reachOf = (latent: number): number => 4 * 2 ** Math.ceil(latent / 2);

function levelsOf(shapes: Shapes, resolution: number): readonly PyramidLevel[] {
  const levels = new Map<number, number>();
  for (let latent = 0; shapes.has(`styles.${latent}.convs.0.weight`); latent += 1) levels.set(mapResolution(shapes, latent), reachOf(latent));
  const all = [...levels].map(([size, codesUpTo]) => ({ resolution: size, codesUpTo }));
  return all.map((level, position) => (position === all.length - 1 ? { ...level, codesUpTo: resolution } : level));
}

/**
 * The configuration under which `@mfim/encoder` computes what the file's encoder computes.
 *
 * @param resolution of the generator
 */
export function pspConfig(shapes: Shapes, resolution: number, firstTrunkForAll: boolean): EncoderConfig {
  const stages = stagesOf(shapes);
  const levels = levelsOf(shapes, resolution);
  const width = shapes.get('styles.0.convs.0.weight')?.shape[1] ?? 0;
  return {
    inputResolution: (levels[0]?.resolution ?? 0) * 2 ** stages.length,
    stemWidth: shapes.get('input_layer.0.weight')?.shape[0] ?? 0,
    stages,
    pyramidWidth: width,
    levels,
    codeWidth: shapes.get('styles.0.convs.0.weight')?.shape[0] ?? 0,
    mapWidth: MAP_WIDTH,
    mapResolutions: [],
    trunks: 'latent',
    ...(firstTrunkForAll ? { firstTrunkForAll } : {}),
  };
}
