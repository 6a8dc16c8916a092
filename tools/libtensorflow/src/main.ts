/** Command line of the builder: `node tools/libtensorflow/bin/build.js [options]`. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BuildError } from './build-error.ts';
import { buildLibtensorflow } from './build-libtensorflow.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DEFAULT_VERSION = '2.21.0';

const USAGE = `Builds the native addon of @tensorflow/tfjs-node against a current TensorFlow.

  node tools/libtensorflow/bin/build.js [options]

  --tensorflow VERSION    version of the Python wheel (default ${DEFAULT_VERSION})
  --distribution NAME     tensorflow-cpu (default) or tensorflow
  --project FOLDER        package that depends on tfjs-node (default apps/trainer)
  --cache FOLDER          default .cache/libtensorflow
  --node-headers FOLDER   folder with include/node (default: found by itself)
  --rebuild               compile again
  --help
`;

/** Runs the builder; returns the exit code: 0 done, 1 failed, 2 wrong options. */
export async function main(parameters: readonly string[]): Promise<number> {
  try {
    const values = readOptions(parameters);
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    const headers = values['node-headers'] === undefined ? {} : { nodeHeaders: path.resolve(values['node-headers']) };
    await buildLibtensorflow({
      project: path.resolve(values.project),
      cache: path.resolve(values.cache),
      distribution: values.distribution,
      version: values.tensorflow,
      rebuild: values.rebuild,
      print: (line) => console.log(line),
      ...headers,
    });
    return 0;
  } catch (error) {
    if (error instanceof BuildError) {
      console.error(`libtensorflow: ${error.message}`);
      return 1;
    }
    if (error instanceof TypeError && 'code' in error) {
      console.error(`libtensorflow: ${error.message}\n\n${USAGE}`);
      return 2;
    }
    throw error;
  }
}

function readOptions(parameters: readonly string[]) {
  return parseArgs({
    args: [...parameters],
    options: {
      tensorflow: { type: 'string', default: DEFAULT_VERSION },
      distribution: { type: 'string', default: 'tensorflow-cpu' },
      project: { type: 'string', default: path.join(ROOT, 'apps', 'trainer') },
      cache: { type: 'string', default: path.join(ROOT, '.cache', 'libtensorflow') },
      'node-headers': { type: 'string' },
      rebuild: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}
