/**
 * Adds the place in the traced function to errors that rules throw without knowing it.
 */
import { InputError } from '@mfim/tensor-contracts';
import { callSite } from './call-site.ts';

/** What rules write as `where`; it is replaced by the place. */
export const UNLOCATED = 'traceToOnnx';

/** `error`, or a copy of it that says at which line of the traced function `site` was made. */
export function locateError(error: unknown, site: Error): unknown {
  if (!(error instanceof InputError) || error.parts.where !== UNLOCATED) return error;
  return new InputError({ ...error.parts, where: `${UNLOCATED} at ${callSite(site)}`, cause: error });
}
