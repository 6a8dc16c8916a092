/**
 * All kernels that can be traced. To add one, write its rule in the file of its family and its case in
 * `test/kernels.test.ts`.
 */
import { assemblyRules } from './assembly.ts';
import { binaryRules } from './binary.ts';
import { convolutionGradientRules } from './convolution-gradients.ts';
import { convolutionRules } from './convolution.ts';
import { fillRules } from './fill.ts';
import { indexingRules } from './indexing.ts';
import type { KernelRule } from './kernel-rule.ts';
import { matrixRules } from './matrix.ts';
import { normalisationRules } from './normalisation.ts';
import { poolingRules } from './pooling.ts';
import { reductionRules } from './reductions.ts';
import { resizeRules } from './resize.ts';
import { shapeRules } from './shape.ts';
import { slicingRules } from './slicing.ts';
import { unaryRules } from './unary.ts';

const families: readonly (readonly KernelRule<never>[])[] = [
  unaryRules,
  binaryRules,
  reductionRules,
  shapeRules,
  slicingRules,
  assemblyRules,
  indexingRules,
  matrixRules,
  convolutionRules,
  convolutionGradientRules,
  poolingRules,
  resizeRules,
  normalisationRules,
  fillRules,
];

/** The rules by tfjs kernel name. */
export const kernelRules: ReadonlyMap<string, KernelRule> = new Map(
  families.flat().map((rule) => [rule.kernel, rule as KernelRule] as const),
);
