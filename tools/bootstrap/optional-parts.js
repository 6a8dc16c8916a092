/** Parts that a machine may lack: a browser, PyTorch, the TensorFlow addon. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT, ask, which } from './shell.js';

/** Where `tools/golden/install-torch.py` puts PyTorch. */
const PYTHON_ENVIRONMENT = join(ROOT, 'tools', 'golden', '.venv');

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A Chromium for the browser lane: CHROMIUM, or one on the path. */
export function findChromium() {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  return ['/usr/bin/chromium', ...CHROMIUM_NAMES.map((name) => which(name))].find(
    (path) => path !== undefined && existsSync(path),
  );
}

/** A Python that can import torch: PYTHON, the environment of tools/golden, or one on the path. */
export function findTorch() {
  const candidates = [process.env['PYTHON'], join(PYTHON_ENVIRONMENT, 'bin', 'python'), 'python3', 'python'];
  for (const python of candidates) {
    const version = python && ask(python, ['-c', 'import torch; print(torch.__version__)']);
    if (version) return { python, version };
  }
  return undefined;
}

/** The built binding of @tensorflow/tfjs-node, or `undefined`. */
export function findTensorflowAddon() {
  try {
    const require = createRequire(join(ROOT, 'apps', 'trainer', 'package.json'));
    const folder = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
    const binding = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
    return existsSync(binding) ? binding : undefined;
  } catch {
    return undefined;
  }
}
