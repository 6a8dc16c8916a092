/** Loads everything that the engine needs, telling the reader what it is at. */
import { openFaceFinder } from '@mfim/faces';
import type { FaceFinder } from '@mfim/faces';
import type { Bundle } from '@mfim/pipeline';
import { fetchFiles } from '@mfim/pipeline/browser';
import { chooseBundle } from './choose-bundle.ts';
import type { EngineReport, Progress, StartRequest } from './engine-contract.ts';
import { fetchBytes, loadRuntimes } from './load-runtime.ts';

/** A started engine's parts. */
export interface EngineParts {
  readonly bundle: Bundle;
  readonly finder: FaceFinder;
  readonly report: EngineReport;
}

const MEGABYTE = 1e6;

/** Face networks always run on wasm: they are small, and the same on every machine. */
export async function startEngine({ base, model, backend }: StartRequest, progress: Progress): Promise<EngineParts> {
  const start = performance.now();
  progress('Loading the runtime');
  const runtimes = await loadRuntimes(base, backend);
  progress('Loading the face finder');
  const [detector, landmarks] = await Promise.all(
    ['detector', 'landmarks'].map((name) => fetchBytes(new URL(`faces/${name}.onnx`, base).href)),
  );
  const finder = await openFaceFinder(runtimes.wasm, { detector: detector as Uint8Array, landmarks: landmarks as Uint8Array });
  progress('Loading the model');
  const chosen = await chooseBundle(runtimes, fetchFiles(new URL(model, base)), {
    onProgress: ({ loaded, total }) =>
      progress(loaded < total ? `Loading the model, ${(loaded / MEGABYTE).toFixed(1)} of ${(total / MEGABYTE).toFixed(1)} MB` : 'Checking the model'),
  });
  const { manifest } = chosen.bundle;
  const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  const notice = chosen.notice ?? (runtimes.obstacle === undefined ? undefined : `Runs on the processor: ${runtimes.obstacle}.`);
  const report: EngineReport = {
    model: { name: manifest.name, resolution: manifest.resolution, bytes },
    backend: chosen.backend,
    threads: runtimes.threads,
    milliseconds: performance.now() - start,
    ...(notice === undefined ? {} : { notice }),
  };
  return { bundle: chosen.bundle, finder, report };
}
