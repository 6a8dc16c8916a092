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
  /** Gets `generateUpTo<resolution>` for each stage that ran; stages that ran as one count for the last of them. */
  readonly stopwatch?: Stopwatch;
}

/** Codes and maps to draw. */
export interface GeneratorInputs {
  readonly codes: StyleCodes;
  readonly maps: StyleMaps;
}

/** One call. */
interface Draw {
  readonly inputs: GeneratorInputs;
  readonly options: GenerateOptions;
}

interface StageRecord {
  readonly codes: Float32Array;
  readonly maps: readonly (Float32Array | undefined)[];
  /** Absent when the stage ran as one with those above it. */
  readonly outputs?: StageOutputs;
}

/** The stages from `first` to the last as one. */
export interface JoinedTail {
  readonly first: number;
  readonly stage: GeneratorStage;
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

/** What a stage reads of the inputs. */
function readBy({ codeRange, maps }: GeneratorStage, inputs: GeneratorInputs): Pick<StageRecord, 'codes' | 'maps'> {
  return { codes: inputs.codes.values.slice(codeRange.start, codeRange.end), maps: maps.map((index) => inputs.maps.get(index)) };
}

function isUnchanged(record: StageRecord | undefined, { codes, maps }: Pick<StageRecord, 'codes' | 'maps'>): record is StageRecord {
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

/** What the stages read and gave the last time, and how they are run again. */
class StageMemory {
  private readonly records: StageRecord[] = [];
  private readonly stages: readonly GeneratorStage[];

  constructor(stages: readonly GeneratorStage[]) {
    this.stages = stages;
  }

  /** Position of the first stage that would read something else; -1 when there is none. */
  firstChanged(inputs: GeneratorInputs): number {
    return this.stages.findIndex((stage, position) => !isUnchanged(this.records[position], readBy(stage, inputs)));
  }

  outputs(position: number): StageOutputs | undefined {
    return this.records[position]?.outputs;
  }

  private run(stage: GeneratorStage, position: number, { inputs, options }: Draw): Promise<StageOutputs> {
    options.signal?.throwIfAborted();
    const previous = this.records[position - 1]?.outputs;
    this.records.length = position;
    return measured(options.stopwatch, `generateUpTo${stage.upTo}`, () => stage.run({ ...inputs, ...(previous === undefined ? {} : { previous }) }, options.signal));
  }

  /** One stage, unless it is as it was. */
  async draw(position: number, draw: Draw): Promise<StageOutputs> {
    const stage = this.stages[position] as GeneratorStage;
    draw.options.signal?.throwIfAborted();
    const read = readBy(stage, draw.inputs);
    const record = this.records[position];
    if (isUnchanged(record, read) && record.outputs !== undefined) return record.outputs;
    const outputs = await this.run(stage, position, draw);
    this.records[position] = { ...read, outputs };
    return outputs;
  }

  /** The stages of the tail as one; of those below the last nothing is left to go on from. */
  async drawTail({ first, stage }: JoinedTail, draw: Draw): Promise<StageOutputs> {
    const outputs = await this.run(stage, first, draw);
    const last = this.stages.length - 1;
    for (const [position, each] of this.stages.entries()) {
      if (position >= first) this.records[position] = { ...readBy(each, draw.inputs), ...(position === last ? { outputs } : {}) };
    }
    return outputs;
  }
}

/**
 * A generator over the stages of an open bundle. Maps are compared by identity: pass the same
 * arrays for the same target, and never write into them.
 *
 * @param tail draws a whole image faster where nobody wants to see the stages in between
 */
export function stagedGenerator(stages: readonly GeneratorStage[], tail?: JoinedTail): StagedGenerator {
  const memory = new StageMemory(stages);

  const generate = async (draw: Draw): Promise<ByteImage> => {
    const { inputs, options: { upTo: wanted, onPreview } } = draw;
    const last = lastPosition(stages, wanted);
    const top = stages[last]?.upTo ?? 0;
    const changed = memory.firstChanged(inputs);
    const drawn = memory.outputs(last);
    if ((changed < 0 || changed > last) && onPreview === undefined && drawn !== undefined) return picture(drawn, top);
    const joined = tail !== undefined && onPreview === undefined && last === stages.length - 1 && changed <= tail.first ? tail : undefined;
    for (const [position, { upTo }] of stages.slice(0, joined?.first ?? last).entries()) {
      const outputs = await memory.draw(position, draw);
      onPreview?.(picture(outputs, upTo), upTo);
    }
    return picture(await (joined === undefined ? memory.draw(last, draw) : memory.drawTail(joined, draw)), top);
  };

  const turn = oneAtATime();
  return { generate: (inputs, options = {}) => turn(() => generate({ inputs, options })) };
}
