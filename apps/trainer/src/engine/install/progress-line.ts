/** Shows how far a download is: one line that rewrites itself on a terminal, a line every tenth elsewhere. */

const TENTHS = 10;
const MEGABYTE = 1e6;
const REDRAW_MILLISECONDS = 200;

/** Where the line goes. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** @returns a listener for `(done, total)` in bytes */
export function progressLine(target: ProgressTarget): (done: number, total: number) => void {
  let shownTenth = -1;
  let drawn = 0;
  let since: { readonly time: number; readonly bytes: number } | undefined;
  return (done, total) => {
    const now = performance.now();
    since ??= { time: now, bytes: done };
    const seconds = (now - since.time) / 1000;
    const rate = seconds > 0 ? ` at ${((done - since.bytes) / MEGABYTE / seconds).toFixed(1)} MB/s` : '';
    const text = `${(done / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB (${Math.floor((100 * done) / total)} %)${rate}`;
    const complete = done >= total;
    if (target.isTTY === true) {
      if (!complete && now - drawn < REDRAW_MILLISECONDS) return;
      drawn = now;
      target.write(`\r${text}   ${complete ? '\n' : ''}`);
      return;
    }
    const tenth = Math.floor((TENTHS * done) / total);
    if (tenth > shownTenth) target.write(`${text}\n`);
    shownTenth = Math.max(shownTenth, tenth);
  };
}
