/**
 * Run as a process of its own, `compiled-steps.ts PROVIDER`: three compiled steps of the objective on small networks, R1 in the first.
 * Prints the terms and the last weights as JSON, or why the provider cannot.
 */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as runtime from 'onnxruntime-node';
import { compiledStepper } from '../src/training/compiled-stepper.ts';
import { rateScale } from '../src/training/rate-scale.ts';
import { startState } from '../src/training/training-state.ts';
import { smallConfig, smallContext } from './small-run.ts';

const STEPS = 3;

async function run(provider: string): Promise<object> {
  await tf.setBackend('cpu');
  const config = smallConfig({ faceL1: 0.5, identityInterval: 2, codeSpread: 0.1 });
  const { context, weights, inputs } = smallContext({ ...config, optimiser: { ...config.optimiser, generatorRate: 0.002, encoderRate: 0.0005, discriminatorRate: 0.002 } });
  const stepper = compiledStepper({ ...context, rateScale: rateScale(context.model, config) }, { runtime, provider });
  let state = await stepper.open(startState(weights));
  const terms: number[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const result = await stepper.step(state, [inputs]);
    state = result.state;
    terms.push(...Object.values(result.terms));
  }
  const { weights: last, average } = await stepper.read(state);
  return { terms, weights: [last.swapper, last.discriminator, average].flatMap((vector) => [...vector.dataSync()]) };
}

const answer = await run(process.argv[2] ?? 'cpu').catch((error: unknown) => ({ problem: String(error) }));
// Dawn keeps threads alive.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
