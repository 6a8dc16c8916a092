/** Every conformance case. A kernel is added to the list of its family; the suite and the README's table read it from here. */
import { elementwiseCases } from './elementwise-cases.ts';
import { imageCases } from './image-cases.ts';
import type { KernelCase } from './kernel-case.ts';
import { matrixCases } from './matrix-cases.ts';
import { reductionCases } from './reduction-cases.ts';
import { shapeCases } from './shape-cases.ts';

/** The cases of all families. */
export const kernelCases: readonly KernelCase[] = [...elementwiseCases, ...reductionCases, ...shapeCases, ...matrixCases, ...imageCases];
