/**
 * Reads batches ahead of the step, at most `depth` of them. With every batch comes the state of the plan
 * stream just after it was drawn: a checkpoint saves the state of the batch that was used last, not of
 * the one that was read last, so reading ahead changes nothing in a resumed run.
 */
import type { PlanStream } from './stage.ts';

/** A batch and where the stream stands after it. */
export interface QueuedBatch<Batch> {
  readonly batch: Batch;
  readonly stream: readonly number[];
}

/** Batches in order. */
export interface BatchQueue<Batch> {
  /** The next batch; rejects with the error of its reading. */
  next(): Promise<QueuedBatch<Batch>>;
  /** Milliseconds that `next` has waited since the last call of this. */
  takeWaited(): number;
  /** Waits for what is being read, so that files can be closed. */
  close(): Promise<void>;
}

/** What the queue reads from. */
export interface BatchSource<Plan, Batch> {
  readonly plans: PlanStream<Plan>;
  readonly load: (plan: Plan) => Promise<Batch>;
  /** Batches in memory at most, the one in use not counted. */
  readonly depth: number;
}

/** Starts reading. */
export function batchQueue<Plan, Batch>({ plans, load, depth }: BatchSource<Plan, Batch>): BatchQueue<Batch> {
  const pending: Promise<QueuedBatch<Batch>>[] = [];
  let waited = 0;
  let closed = false;
  const fill = (): void => {
    if (closed) return;
    while (pending.length < depth) {
      const plan = plans.next();
      const stream = plans.state().slice();
      const reading = load(plan).then((batch) => ({ batch, stream }));
      // The error belongs to whoever takes the batch; without this it would end the process.
      reading.catch(() => undefined);
      pending.push(reading);
    }
  };
  fill();
  return {
    async next() {
      fill();
      const start = performance.now();
      const queued = await (pending.shift() as Promise<QueuedBatch<Batch>>);
      waited += performance.now() - start;
      fill();
      return queued;
    },
    takeWaited() {
      const taken = waited;
      waited = 0;
      return taken;
    },
    async close() {
      closed = true;
      await Promise.allSettled(pending);
    },
  };
}
