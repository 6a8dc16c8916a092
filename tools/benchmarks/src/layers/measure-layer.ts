/** One case, measured: every writing, tfjs-node and PyTorch take turns, so that a busy machine slows all of them. */
import type { Conversation } from '../converse.ts';
import { median } from '../median.ts';
import type { LayerCase } from './layer-case.ts';
import { loadLayer } from './onnx-layers.ts';
import type { LayerSettings, LoadedLayer } from './onnx-layers.ts';
import { prepareTfjs } from './tfjs-layers.ts';

/** Who is measured, and how long. */
export interface LayerMeasurement extends LayerSettings {
  readonly rounds: number;
  readonly torch: Conversation | undefined;
  readonly tfjs: boolean;
}

/** Medians in milliseconds, by participant. */
export interface LayerTimes {
  readonly operation: string;
  readonly size: string;
  readonly gigaMacs: number;
  readonly writings: Readonly<Record<string, number>>;
  readonly tfjs: number | null;
  /** The faster memory layout. */
  readonly torch: number | null;
}

/** Runs so many times and returns the milliseconds of one. */
type Timed = (times: number) => Promise<number>;

/** A turn lasts about so long. */
const TURN_MILLISECONDS = 60;
const MOST_TIMES = 100;
const TOLERANCE = 1e-4;

function timed(run: () => void | Promise<void>): Timed {
  return async (times) => {
    const start = performance.now();
    for (let turn = 0; turn < times; turn += 1) await run();
    return (performance.now() - start) / times;
  };
}

function torchRun(torch: Conversation, layout: string): Timed {
  return async (times) => Number((await torch.ask(JSON.stringify({ run: layout, times })))['milliseconds']);
}

function relativeDifference(first: Float32Array, second: Float32Array): number {
  let [largest, difference] = [0, 0];
  first.forEach((value, index) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - (second[index] ?? Number.NaN)));
  });
  return difference / largest;
}

/** Every writing computes the same. */
function checkAgreement(each: LayerCase, loaded: readonly (readonly [string, LoadedLayer])[]): void {
  const [first] = loaded;
  for (const [name, layer] of loaded.slice(1)) {
    const difference = relativeDifference((first as (typeof loaded)[number])[1].result, layer.result);
    if (!(difference < TOLERANCE)) throw new Error(`${each.operation}, ${each.size}: "${name}" differs from "${first?.[0]}" by ${difference}`);
  }
}

async function medians(participants: ReadonlyMap<string, Timed>, rounds: number): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const [name, run] of participants) counts.set(name, Math.min(MOST_TIMES, Math.max(1, Math.round(TURN_MILLISECONDS / (await run(1))))));
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of participants) times.set(name, [...(times.get(name) ?? []), await run(counts.get(name) ?? 1)]);
  }
  return new Map([...times].map(([name, values]) => [name, median(values)] as const));
}

async function torchLayouts(each: LayerCase, torch: Conversation | undefined): Promise<readonly string[]> {
  if (torch === undefined) return [];
  const answer = await torch.ask(JSON.stringify({ prepare: { ...each.torch, shapes: each.shapes } }));
  return answer['layouts'] as string[];
}

/** Measures a case. @throws Error when two writings do not agree */
export async function measureLayer(each: LayerCase, measurement: LayerMeasurement): Promise<LayerTimes> {
  const { torch, tfjs, rounds } = measurement;
  const loaded: (readonly [string, LoadedLayer])[] = [];
  for (const [name, writing] of Object.entries(each.writings)) loaded.push([name, await loadLayer(each, writing, measurement)]);
  for (const [, layer] of loaded) await layer.run();
  checkAgreement(each, loaded);
  const layouts = await torchLayouts(each, torch);
  const own = tfjs ? prepareTfjs(each) : undefined;
  const result = await medians(
    new Map<string, Timed>([
      ...loaded.map(([name, layer]) => [`onnx ${name}`, timed(() => layer.run())] as const),
      ...(own === undefined ? [] : [['tfjs', timed(own.run)] as const]),
      ...layouts.map((layout) => [`torch ${layout}`, torchRun(torch as Conversation, layout)] as const),
    ]),
    rounds,
  );
  own?.release();
  for (const [, layer] of loaded) await layer.release();
  const best = Math.min(...layouts.map((layout) => result.get(`torch ${layout}`) ?? Number.NaN));
  return {
    operation: each.operation,
    size: each.size,
    gigaMacs: each.gigaMacs,
    writings: Object.fromEntries(loaded.map(([name]) => [name, result.get(`onnx ${name}`) ?? Number.NaN])),
    tfjs: result.get('tfjs') ?? null,
    torch: layouts.length === 0 ? null : best,
  };
}
