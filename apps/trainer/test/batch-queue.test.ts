import { expect, test } from 'vitest';
import { batchQueue } from '../src/run/batch-queue.ts';

function countingPlans() {
  let drawn = 0;
  return { next: () => (drawn += 1), state: () => [drawn] };
}

const soon = <Value>(value: Value, milliseconds = 1): Promise<Value> => new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));

test('law: batches come in order, each with the stream as it was after its own plan', async () => {
  const queue = batchQueue({ plans: countingPlans(), load: (plan: number) => soon(plan * 10, (7 * plan) % 4), depth: 3 });
  for (let plan = 1; plan <= 20; plan += 1) expect(await queue.next()).toEqual({ batch: plan * 10, stream: [plan] });
  await queue.close();
});

test('at most depth batches are read ahead', async () => {
  let started = 0;
  const queue = batchQueue({ plans: countingPlans(), load: (plan: number) => { started = plan; return soon(plan); }, depth: 2 });
  await soon(0, 10);
  expect(started).toBe(2);
  await queue.next();
  await soon(0, 10);
  expect(started).toBe(3);
  await queue.close();
});

test('an error of reading reaches whoever takes that batch', async () => {
  const queue = batchQueue({ plans: countingPlans(), load: (plan: number) => (plan === 2 ? Promise.reject(new Error('bad image')) : soon(plan)), depth: 3 });
  expect((await queue.next()).batch).toBe(1);
  await expect(queue.next()).rejects.toThrow('bad image');
  await queue.close();
});

test('waiting is measured, and taken once', async () => {
  const queue = batchQueue({ plans: countingPlans(), load: (plan: number) => soon(plan, 30), depth: 1 });
  await queue.next();
  expect(queue.takeWaited()).toBeGreaterThan(10);
  expect(queue.takeWaited()).toBe(0);
  await queue.close();
});
