/**
 * Ready mixes by name. Each derives its weights from the identity resolutions of the table at hand,
 * so that it means the same for a 64 and a 1024 generator.
 *
 * What sits where, on FFHQ generators (published single-channel controls of StyleSpace): gender,
 * beard and earrings at 32, hair colour at 64, lips at 128; toRGB codes set the colours.
 */
import { InputError, MFIM_SPLIT, entriesOf } from '@mfim/tensor-contracts';
import type { SideSplit, StyleTable } from '@mfim/tensor-contracts';
import type { LayerWeights } from './layer-weights.ts';

/** For whom a preset is to be worked out. */
export interface PresetRequest {
  readonly table: StyleTable;
  /** How many people are mixed. */
  readonly sourceCount: number;
  readonly split?: SideSplit;
}

/** A named way to mix. */
export interface MixPreset {
  readonly name: PresetName;
  /** One sentence for people. */
  readonly description: string;
  /** The fewest people it makes sense for. */
  readonly fewestSources: number;
}

interface PresetContext {
  /** The identity resolutions, rising. */
  readonly resolutions: readonly number[];
  readonly sourceCount: number;
}

type PresetRule = (source: number, context: PresetContext) => LayerWeights;

function byResolution(context: PresetContext, weight: (step: number) => number): LayerWeights {
  return Object.fromEntries(context.resolutions.map((resolution, step) => [String(resolution), weight(step)]));
}

/** Where a resolution lies between the first (0) and the last person (sourceCount - 1). */
function personAt(step: number, { resolutions, sourceCount }: PresetContext): number {
  return (step / (resolutions.length - 1)) * (sourceCount - 1);
}

const globalAndLocal: PresetRule = (source, { resolutions }) => ({
  [String(resolutions[0])]: source === 0 ? 1 : 0,
  [String(resolutions[1])]: source === 0 ? 0 : 1,
});

const coarseToFine: PresetRule = (source, context) =>
  byResolution(context, (step) => Math.max(0, 1 - Math.abs(personAt(step, context) - source)));

const bands: PresetRule = (source, context) =>
  byResolution(context, (step) =>
    Math.floor((step * context.sourceCount) / context.resolutions.length) === source ? 1 : 0,
  );

const colours: PresetRule = (source, { resolutions }) => ({
  [String(resolutions[0])]: source === 0 ? 1 : 0,
  torgb: source === 0 ? 0 : 1,
});

const RULES = {
  average: {
    rule: () => 1,
    fewestSources: 1,
    description: 'Everybody in equal parts at every layer.',
  },
  'global+local': {
    rule: globalAndLocal,
    fewestSources: 2,
    description:
      'Face shape (the coarsest identity resolution) from the first person, everything finer from the others in equal parts.',
  },
  'coarse-to-fine': {
    rule: coarseToFine,
    fewestSources: 2,
    description: 'A gradual walk from the first person at the coarsest identity resolution to the last at the finest.',
  },
  bands: {
    rule: bands,
    fewestSources: 2,
    description: 'The identity resolutions shared out in bands, coarse to fine, one band for each person, no blending.',
  },
  colours: {
    rule: colours,
    fewestSources: 2,
    description: "The first person's face in the others' colours (the toRGB codes).",
  },
} as const satisfies Record<string, { rule: PresetRule; fewestSources: number; description: string }>;

/** The names that `presetWeights` knows. */
export type PresetName = keyof typeof RULES;

/** Every preset, for menus and help texts. */
export const MIX_PRESETS: readonly MixPreset[] = Object.entries(RULES).map(([name, { description, fewestSources }]) => ({
  name: name as PresetName,
  description,
  fewestSources,
}));

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError({ where: 'presetWeights', expected, got, remedy });
}

/**
 * The weights of each person, in the order of the people.
 *
 * @throws InputError on an unknown name, too few people (for `bands` also too many), or a table with
 *   a single identity resolution where the preset needs two.
 */
export function presetWeights(name: string, request: PresetRequest): readonly LayerWeights[] {
  if (!Object.hasOwn(RULES, name)) {
    refuse(`one of ${Object.keys(RULES).join(', ')}`, `'${name}'`, 'choose one of these presets');
  }
  const preset = RULES[name as PresetName];
  const { table, sourceCount, split = MFIM_SPLIT } = request;
  const resolutions = [...new Set(entriesOf(table, 'source', split).map((entry) => entry.resolution))];
  if (!Number.isInteger(sourceCount) || sourceCount < preset.fewestSources) {
    refuse(`${preset.fewestSources} sources or more for '${name}'`, String(sourceCount), 'add a source, or choose another preset');
  }
  if (preset.rule !== RULES.average.rule && resolutions.length < 2) {
    refuse(`two identity resolutions or more for '${name}'`, String(resolutions.length), "choose 'average'");
  }
  if (preset.rule === bands && sourceCount > resolutions.length) {
    refuse(`at most ${resolutions.length} sources for 'bands'`, String(sourceCount), "choose 'coarse-to-fine'");
  }
  return Array.from({ length: sourceCount }, (_, source) => preset.rule(source, { resolutions, sourceCount }));
}
