/** An error that ends with the cure. The builder stands alone, so that it runs before the packages are built. */
export class BuildError extends Error {
  override readonly name = 'BuildError';

  constructor(problem: string, remedy: string, cause?: unknown) {
    super(`${problem}; ${remedy}`, { cause });
  }
}
