/**
 * Finds the line of the traced function from which a tfjs operation was called: the first stack frame
 * below the frames of tfjs itself.
 */

/** Frames of tfjs, and of what it calls that has no file (`new Promise (<anonymous>)`). */
const TFJS_FRAME = /@tensorflow[\\/]|tf-core|tfjs-core|\(<anonymous>\)$/;

/** `file:line:column (function)` of the caller of tfjs in the stack of `error`, or a note that it is unknown. */
export function callSite(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s*at\s|@/.test(line));
  const firstOfTfjs = frames.findIndex((frame) => TFJS_FRAME.test(frame));
  const frame = frames.slice(Math.max(firstOfTfjs, 0)).find((line) => !TFJS_FRAME.test(line));
  return frame === undefined ? 'an unknown place' : frame.replace(/^\s*at\s+/, '').trim();
}
