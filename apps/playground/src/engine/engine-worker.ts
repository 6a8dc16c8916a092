/** The engine: everything heavy, in a worker of its own, so that the page stays quick and can end it. */
import { createPipeline } from '@mfim/pipeline';
import { InternalError } from '@mfim/tensor-contracts';
import * as Comlink from 'comlink';
import { createDrawingDesk } from './drawing-desk.ts';
import type { DeskDrawing } from './drawing-desk.ts';
import type { Drawing, DrawOrder, Engine, Outcome, Progress, StartRequest } from './engine-contract.ts';
import { createPhotoShelf, rememberingFinder } from './photo-shelf.ts';
import type { PhotoShelf } from './photo-shelf.ts';
import { toPng } from './pictures.ts';
import { problemOf } from './problem.ts';
import { startEngine } from './start-engine.ts';

interface Started {
  readonly shelf: PhotoShelf;
  readonly draw: (order: DrawOrder) => Promise<DeskDrawing>;
}

let started: Started | undefined;
let last: DeskDrawing | undefined;

async function guarded<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

function ready(): Started {
  if (started !== undefined) return started;
  throw new InternalError({ where: 'engine', expected: 'a started engine', got: 'none', remedy: 'reload the page' });
}

async function start(request: StartRequest, progress: Progress) {
  const { bundle, finder, report } = await startEngine(request, progress);
  const remembering = rememberingFinder(finder);
  const pipeline = await createPipeline({ bundle, finder: remembering });
  const shelf = createPhotoShelf(remembering);
  started = { shelf, draw: createDrawingDesk(pipeline, shelf) };
  return report;
}

async function draw(order: DrawOrder): Promise<Drawing> {
  last = await ready().draw(order);
  return last.drawing;
}

function bitmapsOf({ picture, crops }: Drawing): ImageBitmap[] {
  return [picture, crops.target, ...crops.sources, crops.result];
}

const engine: Engine = {
  start: (request, progress) => guarded(() => start(request, progress)),
  findFaces: (photo) => guarded(() => ready().shelf.find(photo)),
  async draw(order) {
    const outcome = await guarded(() => draw(order));
    return outcome.ok ? Comlink.transfer(outcome, bitmapsOf(outcome.value)) : outcome;
  },
  save: () =>
    guarded(() => {
      if (last === undefined) {
        throw new InternalError({ where: 'save', expected: 'a drawing', got: 'none', remedy: 'draw one first' });
      }
      return toPng(last.rendered.image);
    }),
  async forget(id) {
    started?.shelf.forget(id);
  },
};

Comlink.expose(engine);
