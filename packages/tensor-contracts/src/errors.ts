/**
 * Errors that end with the cure. An `InputError` is the caller's to mend (command line: exit 2);
 * an `InternalError` is ours (exit 1).
 */

/** The four parts of every message: `where: expected E, got G; remedy`. */
export interface ErrorParts {
  /** The function, file or option that refused. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  /** What the reader can do about it, as an imperative sentence. */
  readonly remedy: string;
  readonly cause?: unknown;
}

/** Base of every error that MFIM throws on purpose. */
export class MfimError extends Error {
  override readonly name: string = 'MfimError';
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super(
      `${parts.where}: expected ${parts.expected}, got ${parts.got}; ${parts.remedy}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.parts = parts;
  }
}

/** The input or the call is wrong. */
export class InputError extends MfimError {
  override readonly name: string = 'InputError';
}

/** A tensor, or an array standing for one, has the wrong shape. */
export class ShapeError extends InputError {
  override readonly name: string = 'ShapeError';
}

/** A photo in which no face (or not the one asked for) was found. */
export class FaceError extends InputError {
  override readonly name: string = 'FaceError';
}

/** A model bundle that is incomplete, damaged, or made for another version. */
export class BundleError extends InputError {
  override readonly name: string = 'BundleError';
}

/** A promise of our own code was broken; please report it. */
export class InternalError extends MfimError {
  override readonly name: string = 'InternalError';
}
