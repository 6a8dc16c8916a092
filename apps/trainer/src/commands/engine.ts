/** `mfim-train engine install [tensorflow|cuda|webgpu]`: obtains and builds what an engine lacks. */
import { InputError } from '@mfim/tensor-contracts';
import { progressLine } from '@mfim/weights';
import { buildCommand, buildRouteMap } from '@stricli/core';
import { engineLines } from '../engine/doctor-report.ts';
import { engineHome } from '../engine/install/engine-home.ts';
import { installEngine, installableEngine } from '../engine/install/install-engine.ts';
import { TENSORFLOW_VERSION } from '../engine/install/pinned-wheels.ts';
import { engineNamed } from '../engine/registry.ts';
import { say } from './say.ts';

interface Flags {
  readonly from?: string;
  readonly tensorflow: string;
  readonly stock: boolean;
  readonly rebuild: boolean;
  readonly cudaLibraries: boolean;
}

async function install({ from, tensorflow, stock, rebuild, cudaLibraries }: Flags, named = 'tensorflow'): Promise<void> {
  const name = installableEngine(named);
  const onProgress = progressLine(process.stdout);
  const home = await engineHome();
  const probe = await installEngine(name, { home, version: tensorflow, stock, rebuild, cudaLibraries, say, onProgress, ...(from === undefined ? {} : { from }) });
  for (const line of engineLines(engineNamed(name), probe)) say(line);
  if (probe.usable) return;
  throw new InputError({ where: `engine install ${name}`, expected: 'an engine that computes on this machine', got: probe.missing.join('; '), remedy: probe.cure });
}

/** The engine commands. */
export const engineCommand = buildRouteMap({
  routes: {
    install: buildCommand({
      func: install,
      parameters: {
        flags: {
          from: { kind: 'parsed', parse: String, optional: true, brief: 'TensorFlow wheel that is already here (no download)' },
          tensorflow: { kind: 'parsed', parse: String, default: TENSORFLOW_VERSION, brief: 'Version of TensorFlow' },
          stock: { kind: 'boolean', default: false, brief: "Take tfjs-node's own download, TensorFlow 2.9" },
          rebuild: { kind: 'boolean', default: false, brief: 'Compile the addon again' },
          cudaLibraries: { kind: 'boolean', default: true, brief: "For cuda: obtain CUDA's and cuDNN's libraries too" },
        },
        positional: { kind: 'tuple', parameters: [{ parse: String, optional: true, brief: 'tensorflow (default), cuda or webgpu', placeholder: 'engine' }] },
      },
      docs: { brief: 'Obtain and build what an engine lacks, then check it' },
    }),
  },
  docs: { brief: 'Training engines' },
});
