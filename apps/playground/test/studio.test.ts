import { InputError, InternalError } from '@mfim/tensor-contracts';
import { describe, expect, test, vi } from 'vitest';
import { problemOf } from '../src/engine/problem.ts';
import { drawOrder, savedName } from '../src/studio/draw-order.ts';
import { nextPlace, placedPhoto } from '../src/studio/photo-places.ts';
import { createStore } from '../src/studio/store.ts';
import { FIRST_STATE, isDrawable } from '../src/studio/studio-state.ts';
import type { PlacedPhoto, StudioState } from '../src/studio/studio-state.ts';

const found = { width: 8, height: 8, faces: 1, thumbnails: [] };
const photo = (name: string): PlacedPhoto => ({ ...placedPhoto(new Blob(['x']), name), found });
const stateOf = (change: Partial<StudioState>): StudioState => ({ ...FIRST_STATE, ...change });

describe('drawOrder', () => {
  const [target, first, second] = [photo('t.png'), photo('a.png'), photo('b.png')];

  test('waits for a target and a source', () => {
    expect(drawOrder(stateOf({ photos: { target } }))).toBeUndefined();
    expect(drawOrder(stateOf({ photos: { first } }))).toBeUndefined();
  });

  test('one source counts fully, whatever the balance says', () => {
    const order = drawOrder(stateOf({ photos: { target, second }, mix: { balance: 0.9, strength: 0.5 } }));
    expect(order?.sources.map(({ weight }) => weight)).toEqual([1]);
    expect(order?.strength).toBe(0.5);
  });

  test('two sources share by the balance', () => {
    const order = drawOrder(stateOf({ photos: { target, first, second }, mix: { balance: 0.25, strength: 1 } }));
    expect(order?.sources.map(({ weight }) => weight)).toEqual([0.75, 0.25]);
    expect(order?.preset).toBeUndefined();
  });

  test('a preset for two is kept for when there are two', () => {
    const mix = { balance: 0.5, strength: 1, preset: 'bands' } as const;
    expect(drawOrder(stateOf({ photos: { target, first, second }, mix }))?.preset).toBe('bands');
    expect(drawOrder(stateOf({ photos: { target, first }, mix }))?.preset).toBeUndefined();
  });

  test('drawable once every photo was searched with success', () => {
    const { found: _found, ...unsearched } = first;
    expect(isDrawable(stateOf({ photos: { target, first } }))).toBe(true);
    expect(isDrawable(stateOf({ photos: { target, first: unsearched } }))).toBe(false);
    expect(isDrawable(stateOf({ photos: { target } }))).toBe(false);
  });
});

test('examples fill the empty places in order, then the last one', () => {
  const one = photo('x.png');
  expect(nextPlace({}, 'target')).toBe('target');
  expect(nextPlace({ target: one }, 'target')).toBe('first');
  expect(nextPlace({ target: one, first: one, second: one }, 'second')).toBe('second');
});

test.each([
  ['anna.jpg', 'anna-swapped.png'],
  ['anna.b.jpg', 'anna.b-swapped.png'],
  ['.png', 'photo-swapped.png'],
  ['anna', 'anna-swapped.png'],
])('saved name of %s: %s', (name, saved) => {
  expect(savedName(name)).toBe(saved);
});

describe('createStore', () => {
  test('tells every change until the subscription ends, and removes what is undefined', () => {
    const store = createStore<{ readonly a: number; readonly b?: string }>({ a: 1 });
    const listener = vi.fn();
    const end = store.subscribe(listener);
    store.set({ b: 'x' });
    store.set({ b: undefined });
    end();
    store.set({ a: 2 });
    expect(listener).toHaveBeenCalledTimes(2);
    expect(store.get()).toEqual({ a: 2 });
  });
});

describe('problemOf', () => {
  test('what happened, then what to do', () => {
    const error = new InputError({ where: 'wall.png', expected: 'a face', got: 'none found', remedy: 'choose another photo' });
    expect(problemOf(error)).toEqual({ what: 'wall.png: expected a face, got none found.', remedy: 'Choose another photo.' });
  });

  test('our own faults are named so, foreign errors are kept short', () => {
    const fault = new InternalError({ where: 'network', expected: 'a result', got: 'none', remedy: 'report it' });
    expect(problemOf(fault).what).toBe('network (our fault): expected a result, got none.');
    expect(problemOf(new TypeError('x is undefined'))).toEqual({
      what: 'Something failed here: x is undefined.',
      remedy: 'Try again; if it stays, reload the page.',
    });
  });
});
