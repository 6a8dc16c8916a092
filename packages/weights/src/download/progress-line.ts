/** Shows how far a download is: one line that rewrites itself on a terminal, a line every tenth elsewhere. */

const TENTHS = 10;
const MEGABYTE = 1e6;
const REDRAW_MILLISECONDS = 200;

/** Where the line goes. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

function describe(done: number, total: number | undefined, rate: string): string {
  if (total === undefined) return `${(done / MEGABYTE).toFixed(0)} MB${rate}`;
  return `${(done / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB (${Math.floor((100 * done) / total)} %)${rate}`;
}

/** @returns a listener for `(done, total)` in bytes; without a total nothing but a terminal is written to */
export function progressLine(target: ProgressTarget): (done: number, total: number | undefined) => void {
  let shownTenth = -1;
  let drawn = 0;
  let since: { readonly time: number; readonly bytes: number } | undefined;
  return (done, total) => {
    const now = performance.now();
    since ??= { time: now, bytes: done };
    const seconds = (now - since.time) / 1000;
    const rate = seconds > 0 ? ` at ${((done - since.bytes) / MEGABYTE / seconds).toFixed(1)} MB/s` : '';
    const text = describe(done, total, rate);
    const complete = total !== undefined && done >= total;
    if (target.isTTY === true) {
      if (!complete && now - drawn < REDRAW_MILLISECONDS) return;
      drawn = now;
      target.write(`\r${text}   ${complete ? '\n' : ''}`);
      return;
    }
    const tenth = total === undefined ? shownTenth : Math.floor((TENTHS * done) / total);
    if (tenth > shownTenth) target.write(`${text}\n`);
    shownTenth = Math.max(shownTenth, tenth);
  };
}
