/** The page's end of the engine. `end` kills the worker at once, whatever it is doing. */
import * as Comlink from 'comlink';
import type { Drawing, DrawOrder, Engine, EngineReport, FoundFaces, Outcome, PhotoFile, Progress, StartRequest } from './engine-contract.ts';
import type { Problem } from './problem.ts';

/** A failure that has a message for people. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.what} ${problem.remedy}`);
    this.problem = problem;
  }
}

/** The engine was ended while it worked. */
export class EngineEnded extends Error {
  override readonly name = 'EngineEnded';
}

/** A running worker. All promises are rejected with `EngineFailure`, or `EngineEnded` after `end`. */
export interface EngineClient {
  start(request: StartRequest, progress: Progress): Promise<EngineReport>;
  findFaces(photo: PhotoFile): Promise<FoundFaces>;
  draw(order: DrawOrder): Promise<Drawing>;
  save(): Promise<Blob>;
  forget(id: string): void;
  end(): void;
}

const BROKEN: Problem = {
  what: 'The engine stopped unexpectedly.',
  remedy: 'Close other tabs if memory is short, then reload the page.',
};

/** Starts a worker. */
export function openEngine(): EngineClient {
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module', name: 'mfim-engine' });
  const engine = Comlink.wrap<Engine>(worker);
  const stopped = new AbortController();
  const { signal } = stopped;
  const gone = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  gone.catch(() => undefined);
  worker.addEventListener('error', () => stopped.abort(new EngineFailure(BROKEN)));

  const unwrap = async <Value>(call: Promise<Outcome<Value>>): Promise<Value> => {
    const outcome = await Promise.race([call, gone]);
    if (outcome.ok) return outcome.value;
    throw new EngineFailure(outcome.problem);
  };

  return {
    start: (request, progress) => unwrap(engine.start(request, Comlink.proxy(progress)) as Promise<Outcome<EngineReport>>),
    findFaces: (photo) => unwrap(engine.findFaces(photo) as Promise<Outcome<FoundFaces>>),
    draw: (order) => unwrap(engine.draw(order) as Promise<Outcome<Drawing>>),
    save: () => unwrap(engine.save() as Promise<Outcome<Blob>>),
    forget: (id) => void engine.forget(id),
    end() {
      worker.terminate();
      stopped.abort(new EngineEnded('ended'));
    },
  };
}
