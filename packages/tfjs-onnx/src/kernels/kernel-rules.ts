/**
 * All kernels that can be traced. To add one, write its rule in the file of its family and its case in the
 * file of the same family in `test/conformance`.
 */
import { assemblyRules } from './assembly.ts';
import { binaryRules } from './binary.ts';
import { blockRules } from './blocks.ts';
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
import { scatterRules } from './scatter.ts';
import { shapeRules } from './shape.ts';
import { slicingRules } from './slicing.ts';
import { unaryRules } from './unary.ts';

/** The rules by family, as the README lists them. */
export const kernelFamilies: Readonly<Record<string, readonly KernelRule<never>[]>> = {
  'One tensor, item by item': unaryRules,
  'Several tensors, item by item': binaryRules,
  Reductions: reductionRules,
  'Reshapes and transposes': shapeRules,
  'Parts of a tensor': slicingRules,
  'Padding, repeating, joining': assemblyRules,
  'Looking up and ranking': indexingRules,
  'Reading and adding up at places': scatterRules,
  'Blocks of space': blockRules,
  'Matrix products': matrixRules,
  Convolutions: convolutionRules,
  'Gradients of convolutions': convolutionGradientRules,
  'Pooling and its gradients': poolingRules,
  'Resizing and its gradients': resizeRules,
  Normalisation: normalisationRules,
  Constants: fillRules,
};

/** The rules by tfjs kernel name. */
export const kernelRules: ReadonlyMap<string, KernelRule> = new Map(
  Object.values(kernelFamilies)
    .flat()
    .map((rule) => [rule.kernel, rule as KernelRule] as const),
);
