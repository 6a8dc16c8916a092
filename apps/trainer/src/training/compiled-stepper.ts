/**
 * Training steps through ONNX graphs. Parameters, moments and the average stay in ONNX Runtime from step to step; they are read
 * back when somebody asks for them.
 */
import { adam, openState } from '@mfim/tfjs-onnx';
import type { RuntimeOptions, SessionState } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { StepTerms } from '../run/stage.ts';
import { averageDecay } from './average-weights.ts';
import { AVERAGE, RATE_SCALE, SWAPPED, compiledPrograms, slot } from './compiled-programs.ts';
import type { CompiledPrograms, NamedTensors, Network } from './compiled-programs.ts';
import { averageSettings, isPenaltyStep, ratesAt } from './step-gradients.ts';
import type { StepContext } from './step-gradients.ts';
import { isAdversarialStep } from './swap-objective.ts';
import type { StepInputs } from './swap-objective.ts';
import type { SwapStepper } from './swap-stepper.ts';
import type { TrainingState } from './training-state.ts';

/** A training state as tensors by name. */
function tensorsOf({ weights, average, swapperAdam, discriminatorAdam }: TrainingState): Record<string, tf.Tensor> {
  return {
    swapper: weights.swapper,
    [AVERAGE]: average,
    [slot('swapper', 'first')]: swapperAdam.first,
    [slot('swapper', 'second')]: swapperAdam.second,
    discriminator: weights.discriminator,
    [slot('discriminator', 'first')]: discriminatorAdam.first,
    [slot('discriminator', 'second')]: discriminatorAdam.second,
  };
}

function withTensors(state: TrainingState, tensors: NamedTensors): TrainingState {
  const named = (name: string): tf.Tensor => tensors[name] as tf.Tensor;
  return {
    ...state,
    weights: { swapper: named('swapper'), discriminator: named('discriminator') },
    average: named(AVERAGE),
    swapperAdam: { ...state.swapperAdam, first: named(slot('swapper', 'first')), second: named(slot('swapper', 'second')) },
    discriminatorAdam: { ...state.discriminatorAdam, first: named(slot('discriminator', 'first')), second: named(slot('discriminator', 'second')) },
  };
}

/** A state in the runtime and the graphs over it. */
interface Live {
  readonly state: SessionState;
  readonly programs: CompiledPrograms;
}

async function openLive(context: StepContext, compiler: RuntimeOptions, start: TrainingState): Promise<Live> {
  const { config, rateScale, model } = context;
  const sizes = { swapper: model.swapper.layout.total, discriminator: model.discriminator.layout.total };
  const size = model.context.table.resolution;
  const transients = (['swapper', 'discriminator'] as const).flatMap((network) => (['gradient', 'sum'] as const).map((what) => [slot(network, what), [sizes[network]]] as const));
  const transient = { ...Object.fromEntries(transients), [SWAPPED]: [config.batch / config.parts, size, size, 3] };
  const state = await openState({ ...tensorsOf(start), ...(rateScale === undefined ? {} : { [RATE_SCALE]: rateScale }) }, compiler, transient);
  return { state, programs: compiledPrograms(context, state) };
}

async function numbersOf(terms: NamedTensors): Promise<StepTerms> {
  const numbers: Record<string, number> = {};
  for (const [name, term] of Object.entries(terms)) numbers[name] = (await term.data())[0] as number;
  tf.dispose(terms);
  return numbers;
}

/** Collects gradients: the first moves into the sum, the others are added to it. */
class GradientSum {
  private readonly live: Live;
  private readonly network: Network;
  private isEmpty = true;

  constructor(live: Live, network: Network) {
    this.live = live;
    this.network = network;
  }

  async take(): Promise<void> {
    if (this.isEmpty) await this.live.state.move(slot(this.network, 'gradient'), slot(this.network, 'sum'));
    else await this.live.programs.sum[this.network]({});
    this.isEmpty = false;
  }

  /** Averages over processes. The sum over parts stands for the mean: averaging is linear. */
  async reduce(allReduceMean: StepContext['allReduceMean']): Promise<void> {
    if (allReduceMean === undefined) return;
    const name = slot(this.network, 'sum');
    const sum = await this.live.state.read(name);
    const reduced = tf.tidy(() => allReduceMean(tf.tensor1d(sum)));
    await this.live.state.write({ [name]: reduced });
    reduced.dispose();
  }
}

/** One step's gradients over all parts, collected; the terms are means over the parts. */
async function gradients(context: StepContext, live: Live, { step, parts }: { readonly step: number; readonly parts: readonly StepInputs[] }) {
  const { programs } = live;
  const [swapper, discriminator] = [new GradientSum(live, 'swapper'), new GradientSum(live, 'discriminator')];
  const terms: Record<string, number> = {};
  const note = async (seen: NamedTensors): Promise<void> => {
    for (const [name, value] of Object.entries(await numbersOf(seen))) terms[name] = (terms[name] ?? 0) + value / parts.length;
  };
  for (const part of parts) {
    await note(await programs.swapper(part, step));
    await swapper.take();
    if (!isAdversarialStep(context.config, step)) continue;
    await note(await programs.verdicts(part));
    await discriminator.take();
    if (!isPenaltyStep(context.config, step)) continue;
    await note(await programs.penalty(part));
    await discriminator.take();
  }
  await swapper.reduce(context.allReduceMean);
  if (isAdversarialStep(context.config, step)) await discriminator.reduce(context.allReduceMean);
  return terms;
}

async function update(context: StepContext, live: Live, { network, state }: { readonly network: Network; readonly state: TrainingState }): Promise<void> {
  const { config } = context;
  const { updates } = network === 'swapper' ? state.swapperAdam : state.discriminatorAdam;
  const { rate, beta1, beta2 } = ratesAt(config, updates, network === 'swapper' ? config.optimiser.generatorRate : config.optimiser.discriminatorRate);
  const scalars = { ...adam({ rate, beta1, beta2 }).scalars(updates + 1, rate), share: 1 / config.parts };
  await live.programs.update[network](network === 'swapper' ? { ...scalars, decay: averageDecay(averageSettings(config, state.step)) } : scalars);
  await live.state.clear(slot(network, 'sum'));
}

async function stepOnce(context: StepContext, live: Live, { state, parts }: { readonly state: TrainingState; readonly parts: readonly StepInputs[] }) {
  const { step, swapperAdam, discriminatorAdam } = state;
  const terms: StepTerms = await gradients(context, live, { step, parts });
  await update(context, live, { network: 'swapper', state });
  const plays = isAdversarialStep(context.config, step);
  if (plays) await update(context, live, { network: 'discriminator', state });
  await live.state.clear(SWAPPED);
  const next = {
    ...state,
    step: step + 1,
    swapperAdam: { ...swapperAdam, updates: swapperAdam.updates + 1 },
    discriminatorAdam: { ...discriminatorAdam, updates: discriminatorAdam.updates + (plays ? 1 : 0) },
  };
  return { state: next, terms };
}

/** The state's vectors as tensors over the very numbers that the runtime has: of use until the next step. */
async function readTensors({ state }: Live, names: readonly string[]): Promise<NamedTensors> {
  const tensors: Record<string, tf.Tensor> = {};
  for (const name of names) tensors[name] = tf.tensor1d(await state.read(name));
  return tensors;
}

/**
 * Steps through compiled graphs.
 *
 * @param compiler of the engine
 * @throws InputError at the first step that needs a graph which cannot be compiled for the engine's provider
 */
export function compiledStepper(context: StepContext, compiler: RuntimeOptions): SwapStepper {
  let live: Live | undefined;
  let shown: NamedTensors = {};
  const forget = (): void => {
    tf.dispose(shown);
    shown = {};
  };
  return {
    async open(state) {
      await live?.state.release();
      live = await openLive(context, compiler, state);
      tf.dispose(tensorsOf(state));
      return state;
    },
    step(state, parts) {
      forget();
      return stepOnce(context, live as Live, { state, parts });
    },
    async read(state) {
      if (Object.keys(shown).length === 0) shown = await readTensors(live as Live, Object.keys(tensorsOf(state)));
      return withTensors(state, shown);
    },
  };
}
