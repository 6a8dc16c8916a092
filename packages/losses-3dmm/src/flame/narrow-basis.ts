/** The first modes of a basis: regressors speak in fewer than a file has. */
import { InputError } from '@mfim/tensor-contracts';
import type { MorphableBasis } from '@mfim/tensor-contracts';

/**
 * @param widths how many modes are kept; DECA has 100 identity and 50 expression modes of FLAME's 300 and 100
 * @throws InputError when the basis has fewer
 */
export function narrowBasis<Basis extends MorphableBasis>(basis: Basis, widths: { readonly identity: number; readonly expression: number }): Basis {
  const width = basis.mean.length;
  const firstModes = (part: 'identity' | 'expression'): Float32Array => {
    const count = widths[part];
    if (basis[part].length >= count * width) return basis[part].subarray(0, count * width);
    throw new InputError({ where: `narrowBasis ${part}`, expected: `${basis[part].length / width} modes at most`, got: `${count}`, remedy: 'ask for fewer' });
  };
  return { ...basis, identity: firstModes('identity'), expression: firstModes('expression') };
}
