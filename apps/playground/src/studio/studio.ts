/**
 * The page's conductor: owns the engine and the state. A drawing begins by itself as soon as
 * everybody is there and whenever a slider moves; while one runs, only the latest wish is kept.
 */
import { EngineEnded, openEngine } from '../engine/engine-client.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { StartRequest } from '../engine/engine-contract.ts';
import { drawOrder, savedName } from './draw-order.ts';
import { dropPhoto, failureOf, nextPlace, place, placedPhoto, searchPhoto } from './photo-places.ts';
import { createStore } from './store.ts';
import type { Changes, Store } from './store.ts';
import { FIRST_STATE, PLACES, isDrawable } from './studio-state.ts';
import type { MixSettings, Place, StudioState } from './studio-state.ts';

/** What the page can ask for. */
export interface Studio {
  readonly store: Store<StudioState>;
  start(): Promise<void>;
  choose(where: Place, bytes: Blob, name: string): Promise<void>;
  /** Puts an example where the next one goes, or into a given place. */
  chooseExample(path: string, where?: Place): Promise<void>;
  remove(where: Place): void;
  chooseFace(where: Place, face: number): void;
  setNextPlace(where: Place): void;
  setMix(change: Changes<MixSettings>): void;
  /** The photo to change and the new face trade places. */
  exchange(): void;
  draw(): void;
  /** Ends the running drawing by ending the worker; a new one starts at once. */
  cancel(): void;
  /** @returns the picture as a PNG file, `undefined` when that failed */
  save(): Promise<Blob | undefined>;
}

class StudioConductor implements Studio {
  readonly store: Store<StudioState> = createStore(FIRST_STATE);
  readonly #request: StartRequest;
  #engine: EngineClient | undefined;
  #ready: Promise<void> = Promise.resolve();
  #wanted = false;

  constructor(request: StartRequest) {
    this.#request = request;
  }

  start(): Promise<void> {
    const engine = openEngine();
    this.#engine = engine;
    const tell = (message: string): void => {
      if (this.#engine === engine) this.store.set({ engine: { phase: 'starting', message } });
    };
    this.#ready = engine.start(this.#request, tell).then(
      (report) => this.store.set({ engine: { phase: 'ready', report } }),
      (error: unknown) => {
        if (!(error instanceof EngineEnded)) this.store.set({ engine: { phase: 'failed', problem: failureOf(error) } });
        throw error;
      },
    );
    return this.#ready.catch(() => undefined);
  }

  async choose(where: Place, bytes: Blob, name: string): Promise<void> {
    const { photos, nextPlace: next } = this.store.get();
    this.#drop(where);
    if (where === 'target') this.store.set({ result: undefined });
    place(this.store, where, placedPhoto(bytes, name));
    this.store.set({ nextPlace: nextPlace({ ...photos, ...this.store.get().photos }, next) });
    await this.#search(where);
  }

  async chooseExample(path: string, where?: Place): Promise<void> {
    const response = await fetch(new URL(path, document.baseURI));
    const name = `example-${path.split('/').at(-1) ?? ''}`;
    await this.choose(where ?? this.store.get().nextPlace, await response.blob(), name);
  }

  remove(where: Place): void {
    this.#drop(where);
    place(this.store, where, undefined);
    this.store.set({ nextPlace: where, ...(where === 'second' ? {} : { result: undefined }) });
    this.#wish();
  }

  chooseFace(where: Place, face: number): void {
    const placed = this.store.get().photos[where];
    if (placed === undefined) return;
    place(this.store, where, { ...placed, face });
    this.#wish();
  }

  setNextPlace(where: Place): void {
    this.store.set({ nextPlace: where });
  }

  setMix(change: Changes<MixSettings>): void {
    const { preset, ...mix } = { ...this.store.get().mix, ...change } as MixSettings;
    this.store.set({ mix: preset === undefined ? mix : { ...mix, preset }, cancelled: false });
    this.#wish();
  }

  exchange(): void {
    const { target, first, ...others } = this.store.get().photos;
    const swapped = { ...(first === undefined ? {} : { target: first }), ...(target === undefined ? {} : { first: target }) };
    this.store.set({ photos: { ...others, ...swapped }, cancelled: false, problem: undefined });
    this.#wish();
  }

  draw(): void {
    this.store.set({ cancelled: false });
    this.#wish();
  }

  cancel(): void {
    this.#wanted = false;
    this.#engine?.end();
    this.store.set({ drawing: false, cancelled: true });
    void this.start().then(() => this.#searchUnsearched());
  }

  async save(): Promise<Blob | undefined> {
    try {
      return await this.#engine?.save();
    } catch (error) {
      this.store.set({ problem: failureOf(error) });
      return undefined;
    }
  }

  #wish(): void {
    this.#wanted = true;
    if (!this.store.get().drawing) void this.#drawWanted();
  }

  #drop(where: Place): void {
    const before = this.store.get().photos[where];
    if (before === undefined) return;
    this.#engine?.forget(before.photo.id);
    dropPhoto(before);
  }

  async #search(where: Place): Promise<void> {
    await searchPhoto(this.store, where, async (photo) => {
      await this.#ready;
      return (this.#engine as EngineClient).findFaces(photo);
    });
    this.#wish();
  }

  async #searchUnsearched(): Promise<void> {
    const { photos } = this.store.get();
    const unsearched = PLACES.filter((where) => photos[where] !== undefined && photos[where]?.found === undefined);
    for (const where of unsearched) await this.#search(where);
  }

  async #drawWanted(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined || !this.#takeWish()) return;
    this.store.set({ drawing: true, problem: undefined });
    await this.#drawOnce(engine);
    // After `cancel` another engine is at work, and another call of this function.
    if (this.#engine !== engine) return;
    if (this.#wanted) await this.#drawWanted();
    this.store.set({ drawing: false });
  }

  #takeWish(): boolean {
    const wanted = this.#wanted;
    this.#wanted = false;
    return wanted && isDrawable(this.store.get()) && !this.store.get().cancelled;
  }

  async #drawOnce(engine: EngineClient): Promise<void> {
    const state = this.store.get();
    const { target } = state.photos;
    const order = drawOrder(state);
    if (order === undefined || target === undefined) return;
    const start = performance.now();
    try {
      await this.#ready;
      const drawing = await engine.draw(order);
      const milliseconds = performance.now() - start;
      const previous = this.store.get().result;
      this.store.set({ result: { drawing, before: target.url, fileName: savedName(target.photo.name), milliseconds } });
      previous?.drawing.picture.close();
    } catch (error) {
      if (!(error instanceof EngineEnded)) this.store.set({ problem: failureOf(error) });
    }
  }
}

/** A studio; `start` it once the page is ready. */
export function createStudio(request: StartRequest): Studio {
  return new StudioConductor(request);
}
