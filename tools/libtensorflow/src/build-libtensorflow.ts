/**
 * Makes an installed @tensorflow/tfjs-node work with a current TensorFlow: wheel -> headers and libraries -> links ->
 * addon -> a computation that proves it. Every step looks first whether its work is done already.
 */
import path from 'node:path';
import { BuildError } from './build-error.ts';
import { compileAddon } from './compile-addon.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { isLinked, linkLibrary } from './link-library.ts';
import { findTfjsNode } from './tfjs-node-package.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { verifyAddon } from './verify-addon.ts';
import { exists } from './exists.ts';

/** What to build. */
export interface BuildOptions {
  /** Folder of a package that depends on tfjs-node. */
  readonly project: string;
  /** Folder for wheels, libraries and the built addon. */
  readonly cache: string;
  readonly distribution: string;
  readonly version: string;
  readonly rebuild: boolean;
  readonly nodeHeaders?: string;
  readonly print: (line: string) => void;
}

/**
 * @returns the version of TensorFlow that the addon computes with
 * @throws BuildError with the cure when something is missing
 */
export async function buildLibtensorflow(options: BuildOptions): Promise<string> {
  const { print } = options;
  if (process.platform !== 'linux') {
    throw new BuildError(`on ${process.platform} this build is not known to work`, 'run it on Linux, or in a Linux container');
  }
  const tfjsNode = await findTfjsNode(options.project);
  print(`package: @tensorflow/tfjs-node ${tfjsNode.version}`);
  const wheel = await fetchWheel(options);
  const library = await unpackWheel(wheel, print);
  const linked = await isLinked(tfjsNode.folder, library);
  if (!linked || options.rebuild || !(await exists(tfjsNode.addon))) {
    await linkLibrary(tfjsNode.folder, library);
    print('links: deps/include and deps/lib of the package lead to the library');
    const { cache, rebuild } = options;
    const headers = options.nodeHeaders === undefined ? {} : { nodeHeaders: options.nodeHeaders };
    await compileAddon({ tfjsNode, cache, rebuild, print, library: path.basename(wheel, '.whl'), ...headers });
  } else {
    print('addon: built before');
  }
  const version = await verifyAddon(tfjsNode.folder);
  print(`check: a convolution and its gradient are right on TensorFlow ${version}`);
  return version;
}
