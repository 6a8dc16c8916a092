/** What training by a config needs, in numbers: what is there before a step, and the peaks of a step, with and without recomputation. */
import type { MemoryCount } from '@mfim/tfjs-onnx';
import { discriminatorSpec } from '@mfim/stylegan';
import { countParameters } from '@mfim/nn';
import type { TrainingConfig } from '../config/training-config.ts';
import { swapSpec } from '../model/swap-model.ts';
import type { LossNetworks } from '../training/loss-networks.ts';
import { countTrainingConfig } from './count-training-step.ts';

const FLOAT_BYTES = 4;
/** Where a config does not recompute, the report compares with recomputation from this share of the resolution on. */
const COMPARED_SHARE = 1 / 4;

/** Bytes before a step. */
export interface ResidentMemory {
  readonly weights: number;
  readonly average: number;
  readonly moments: number;
  readonly rateFactors: number;
  readonly lossNetworks: number;
}

/** The report. Sizes in bytes. */
export interface MemoryReport {
  readonly parameters: { readonly swapper: number; readonly discriminator: number };
  readonly resident: ResidentMemory;
  readonly plain: MemoryCount;
  readonly recomputed: MemoryCount & { readonly from: number };
}

/**
 * Counts both ways; nothing of the config's size is allocated.
 *
 * @throws InputError when the parts of the config do not fit each other
 */
export function memoryReport(config: TrainingConfig, networks: LossNetworks): MemoryReport {
  const swapper = countParameters(swapSpec(config));
  const discriminator = countParameters(discriminatorSpec(config.generator.resolution, config.discriminator.channels));
  const from = config.recompute?.from ?? config.generator.resolution * COMPARED_SHARE;
  const { recompute: _, ...withoutRecomputation } = config;
  const plain = countTrainingConfig(withoutRecomputation, networks);
  const both = (swapper + discriminator) * FLOAT_BYTES;
  return {
    parameters: { swapper, discriminator },
    resident: { weights: both, average: swapper * FLOAT_BYTES, moments: 2 * both, rateFactors: swapper * FLOAT_BYTES, lossNetworks: plain.outside },
    plain,
    recomputed: { ...countTrainingConfig({ ...config, recompute: { from } }, networks), from },
  };
}
