/**
 * Axes as string types: `Axes<'batch 512'>` is `readonly [number, 512]`. `bindAxes` is the
 * run-time check at public edges: names bind to the first size seen, numbers must match.
 */
import { ShapeError } from './errors.ts';

type Size<Token extends string> = Token extends `${infer N extends number}` ? N : number;

/** `'batch 512'` becomes `readonly [number, 512]`; a plain `string` stays `readonly number[]`. */
export type Shape<Axes extends string> = string extends Axes
  ? readonly number[]
  : Axes extends `${infer Head} ${infer Tail}`
    ? readonly [Size<Head>, ...Shape<Tail>]
    : readonly [Size<Axes>];

/** Anything with a shape: a tfjs tensor, or a host array with its dimensions. */
export interface Shaped<Axes extends string = string> {
  readonly shape: Shape<Axes>;
}

const describe = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * Binds every named axis across all arguments.
 *
 * @returns the size of each named axis.
 * @throws ShapeError on a wrong rank, a wrong fixed size, or two sizes for one name.
 */
export function bindAxes(
  where: string,
  tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  spec: Readonly<Record<string, string>>,
): ReadonlyMap<string, number> {
  const bound = new Map<string, number>();
  for (const [name, axes] of Object.entries(spec)) {
    const tokens = axes === '' ? [] : axes.split(' ');
    const shape = tensors[name]?.shape;
    if (shape === undefined || shape.length !== tokens.length) {
      throw new ShapeError({
        where,
        expected: `${name} with axes [${tokens.join(', ')}]`,
        got: shape === undefined ? 'nothing' : `shape ${describe(shape)}`,
        remedy: `pass ${name} with ${tokens.length} axes`,
      });
    }
    tokens.forEach((token, position) => {
      const size = shape[position] as number;
      const wanted = /^\d+$/.test(token) ? Number(token) : bound.get(token);
      if (wanted !== undefined && wanted !== size) {
        throw new ShapeError({
          where,
          expected: `axis '${token}' of ${name} to be ${wanted}`,
          got: `${size} in shape ${describe(shape)}`,
          remedy: `pass ${name} as [${tokens.join(', ')}]`,
        });
      }
      bound.set(token, size);
    });
  }
  return bound;
}
