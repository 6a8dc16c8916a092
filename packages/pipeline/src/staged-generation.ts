/**
 * Runs the stages of a generator from coarse to fine, and leaves out those whose inputs are as they
 * were: moving a fine layer's slider re-runs only the stages that hold it and those above.
 */
import { InputError, oneAtATime, signedImage, toBytes } from '@mfim/tensor-contracts';
import type { ByteImage, StyleCodes, StyleMaps } from '@mfim/tensor-contracts';
import type { GeneratorStage, StageOutputs } from './generator-stage.ts';
import type { Stopwatch } from './stopwatch.ts';

/** How far to draw, and who is told on the way. */
export interface GenerateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Stop at this stage for a quick preview; one of `manifest.stages[].upTo`. Default: the last. */
  readonly upTo?: number | undefined;
  /** Gets the picture of each stage but the last as soon as it is drawn, free of charge. */
  readonly onPreview?: (preview: ByteImage, upTo: number) => void;
  /** Gets `generateUpTo<resolution>` for each stage that ran. */
  readonly stopwatch?: Stopwatch;
}

/** Codes and maps to draw. */
export interface GeneratorInputs {
  readonly codes: StyleCodes;
  readonly maps: StyleMaps;
}

interface StageRecord {
  readonly codes: Float32Array;
  readonly maps: readonly (Float32Array | undefined)[];
  readonly outputs: StageOutputs;
}

/** A generator that remembers what each stage read and gave the last time. */
export interface StagedGenerator {
  generate(inputs: GeneratorInputs, options?: GenerateOptions): Promise<ByteImage>;
}

function lastPosition(stages: readonly GeneratorStage[], upTo: number | undefined): number {
  if (upTo === undefined) return stages.length - 1;
  const position = stages.findIndex((stage) => stage.upTo === upTo);
  if (position >= 0) return position;
  throw new InputError({
    where: 'generate',
    expected: `upTo to be one of ${stages.map((stage) => stage.upTo).join(', ')}`,
    got: String(upTo),
    remedy: 'take it from manifest.stages, or leave it out',
  });
}

function isUnchanged(record: StageRecord | undefined, codes: Float32Array, maps: StageRecord['maps']): record is StageRecord {
  return (
    record !== undefined &&
    maps.every((map, index) => map === record.maps[index]) &&
    codes.every((value, index) => Object.is(value, record.codes[index]))
  );
}

function picture({ rgb }: StageOutputs, upTo: number): ByteImage {
  return toBytes(signedImage(rgb.data, { width: upTo, height: upTo, channels: 3 }));
}

async function measured<T>(watch: Stopwatch | undefined, name: string, work: () => Promise<T>): Promise<T> {
  return watch === undefined ? work() : watch.measure(name, work);
}

/**
 * A generator over the stages of an open bundle. Maps are compared by identity: pass the same
 * arrays for the same target, and never write into them.
 */
export function stagedGenerator(stages: readonly GeneratorStage[]): StagedGenerator {
  const records: StageRecord[] = [];

  const draw = async (position: number, inputs: GeneratorInputs, options: GenerateOptions): Promise<StageOutputs> => {
    const stage = stages[position] as GeneratorStage;
    options.signal?.throwIfAborted();
    const codes = inputs.codes.values.slice(stage.codeRange.start, stage.codeRange.end);
    const maps = stage.maps.map((index) => inputs.maps.get(index));
    const record = records[position];
    if (isUnchanged(record, codes, maps)) return record.outputs;
    const previous = records[position - 1]?.outputs;
    records.length = position;
    const outputs = await measured(options.stopwatch, `generateUpTo${stage.upTo}`, () =>
      stage.run({ ...inputs, ...(previous === undefined ? {} : { previous }) }, options.signal),
    );
    records[position] = { codes, maps, outputs };
    return outputs;
  };

  const generate = async (inputs: GeneratorInputs, options: GenerateOptions): Promise<ByteImage> => {
    const last = lastPosition(stages, options.upTo);
    for (const [position, { upTo }] of stages.slice(0, last).entries()) {
      const outputs = await draw(position, inputs, options);
      options.onPreview?.(picture(outputs, upTo), upTo);
    }
    return picture(await draw(last, inputs, options), stages[last]?.upTo ?? 0);
  };

  const turn = oneAtATime();
  return { generate: (inputs, options = {}) => turn(() => generate(inputs, options)) };
}
