/**
 * Shows one line that changes. On a terminal it is redrawn in place, below all other lines; elsewhere (a
 * file, a pipe) every state is a line of its own.
 */

/** Where to write; `process.stdout` is one. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Characters in a row. */
  readonly columns?: number;
}

const ERASE = '\r\u001B[2K';
const USUAL_COLUMNS = 80;

/** See the file's head. */
export class LiveOutput {
  private readonly terminal: Terminal;
  private shown = '';

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** A line that stays. */
  say(line: string): void {
    if (this.shown === '') this.terminal.write(`${line}\n`);
    else this.terminal.write(`${ERASE}${line}\n${this.shown}`);
  }

  /** The line that changes. */
  update(line: string): void {
    if (this.terminal.isTTY !== true) {
      this.terminal.write(`${line}\n`);
      return;
    }
    // A line that wraps could not be erased.
    const room = (this.terminal.columns ?? USUAL_COLUMNS) - 1;
    this.shown = line.length > room ? `${line.slice(0, Math.max(0, room - 1))}…` : line;
    this.terminal.write(`${ERASE}${this.shown}`);
  }

  /** Leaves the last state where it is; what is written next starts a new line. */
  end(): void {
    if (this.shown !== '') this.terminal.write('\n');
    this.shown = '';
  }
}
