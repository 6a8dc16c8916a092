/**
 * A process that works when it is told to: a command a line on its stdin, one line of JSON an answer on its stdout,
 * the first one, its hello, unasked (README.md). So runs of several programs take turns, and a busy machine slows all.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { InternalError } from '@mfim/tensor-contracts';

/** What a process says. */
export type Answer = Readonly<Record<string, unknown>>;

/** A program and how it is started. */
export interface Speaker {
  /** Named in errors. */
  readonly name: string;
  readonly command: string;
  readonly options: readonly string[];
  /** Beside the variables of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A process that waits for its turn. */
export interface Conversation {
  readonly hello: Answer;
  /** @throws InternalError when the answer is an error, or the process has ended */
  ask(line: string): Promise<Answer>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

function read(name: string, line: string | undefined): Answer {
  const remedy = 'look at its messages above, or run it by hand';
  if (line === undefined) throw new InternalError({ where: name, expected: 'an answer', got: 'the end of the process', remedy });
  let answer: Answer;
  try {
    answer = JSON.parse(line) as Answer;
  } catch (cause) {
    throw new InternalError({ where: name, expected: 'a line of JSON', got: line, remedy, cause });
  }
  if (answer['error'] === undefined) return answer;
  throw new InternalError({ where: name, expected: 'an answer', got: String(answer['error']), remedy });
}

/**
 * Starts the program and waits for its hello.
 *
 * @throws InternalError when it does not start, ends at once, or says an error
 */
export async function converse({ name, command, options, environment = {} }: Speaker): Promise<Conversation> {
  const child = spawn(command, options, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  // A line to a process that has ended is answered by the end of its stdout.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    return read(name, done === true ? undefined : (value as string));
  };
  const stop = async (): Promise<void> => {
    child.stdin.end('quit\n');
    await ended;
  };
  try {
    return {
      hello: await next(),
      ask(line) {
        child.stdin.write(`${line}\n`);
        return next();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
