/** What `mfim doctor` does: one line for each part, needed ones first. */
import { findTorch } from '@mfim/benchmarks';
import { InputError } from '@mfim/tensor-contracts';
import { openSface } from '../identity/sface.ts';
import { print } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { findChromium } from '../find-chromium.ts';
import { faceModelFolder, modelFolder } from '../model-folder.ts';
import { repositoryRoot } from '../repository-root.ts';
import type { DoctorFlags } from './doctor-command.ts';

interface Finding {
  readonly part: string;
  readonly needed: boolean;
  readonly works: boolean;
  /** What was found, or what is wrong and what to do. */
  readonly message: string;
}

type Probe = () => Promise<string>;

const OLDEST_NODE = [20, 19] as const;
/** The engines of training belong to another app, which probes them itself. */
const TRAINING_DOCTOR = 'mfim-train doctor';

async function probeNode(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return process.version;
  throw new InputError({ where: 'node', expected: `${OLDEST_NODE.join('.')} or newer`, got: process.version, remedy: 'install a newer Node' });
}

async function probeSharp(): Promise<string> {
  const { default: sharp } = await import('sharp');
  return `sharp ${sharp.versions.sharp ?? ''}, libvips ${sharp.versions.vips}`;
}

async function probeRuntime(): Promise<string> {
  const { env, listSupportedBackends } = await import('onnxruntime-node');
  const providers = listSupportedBackends().map(({ name, bundled }) => (bundled ? name : `${name} (not bundled)`));
  return `onnxruntime-node ${env.versions.node ?? ''}, providers: ${providers.join(', ')}; mfim uses cpu`;
}

async function probeFaceNetworks(): Promise<string> {
  const { readFaceNetworks } = await import('@mfim/faces/node');
  const { detector, landmarks } = await readFaceNetworks();
  return `detector ${detector.length} bytes, landmarks ${landmarks.length} bytes`;
}

async function probeIdentity(): Promise<string> {
  const { nodeRuntime } = await import('@mfim/pipeline/node');
  const network = await openSface(await nodeRuntime());
  await network.release();
  return network.name;
}

function probeModel(context: MfimContext, flags: DoctorFlags): Probe {
  return async () => {
    const folder = modelFolder({ model: flags.model, environment: context.environment });
    const { verifyBundle } = await import('@mfim/pipeline');
    const { folderFiles } = await import('@mfim/pipeline/node');
    const { name, resolution, files } = await verifyBundle(folderFiles(folder));
    return `${name} in ${folder}: ${resolution} pixels, ${Object.keys(files).length} files, every sha256 right`;
  };
}

/** The regressor of `mfim face3d`, and whether there is a head to draw. */
async function probeFaceRegressor({ environment }: MfimContext): Promise<string> {
  const { openFaceNetwork } = await import('../face3d/face-network.ts');
  const { openBasis } = await import('../face3d/face-basis.ts');
  const { nodeRuntime } = await import('@mfim/pipeline/node');
  const network = await openFaceNetwork(faceModelFolder({ environment }), await nodeRuntime());
  await network.release();
  const head = await openBasis({ environment }, network.facts);
  return `${network.facts.name} in ${network.folder}; ${head === undefined ? 'no head model among the weights, so meshes need --basis (mfim face3d --help)' : `head model ${head.basis.name}`}`;
}

async function probeTorch(context: MfimContext): Promise<string> {
  const torch = await findTorch({ environment: context.environment, root: repositoryRoot() });
  if (torch === undefined) throw new Error('not installed; `python3 tools/golden/install-torch.py` installs it');
  return `${torch.version} (${torch.python})`;
}

async function probeChromium(context: MfimContext): Promise<string> {
  const path = findChromium(context.environment);
  if (path === undefined) throw new Error('not found; install it (Debian: apt-get install chromium) or set CHROMIUM');
  return path;
}

async function probe(part: string, needed: boolean, run: Probe): Promise<Finding> {
  try {
    return { part, needed, works: true, message: await run() };
  } catch (error) {
    return { part, needed, works: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Prints every part; throws at the end when a needed one is missing. */
export async function doctor(context: MfimContext, flags: DoctorFlags): Promise<void> {
  const findings = [
    await probe('Node', true, probeNode),
    await probe('photos', true, probeSharp),
    await probe('networks', true, probeRuntime),
    await probe('face finder', true, probeFaceNetworks),
    await probe('identity network', true, probeIdentity),
    await probe('model', true, probeModel(context, flags)),
    await probe('face regressor (face3d)', false, () => probeFaceRegressor(context)),
    await probe('PyTorch (bench, golden tests)', false, () => probeTorch(context)),
    await probe('Chromium (browser tests)', false, () => probeChromium(context)),
  ];
  if (flags.json) print(context, JSON.stringify({ findings, trainingEngines: `${TRAINING_DOCTOR} --json` }, undefined, 2));
  for (const { part, needed, works, message } of flags.json ? [] : findings) {
    const state = works ? 'ok     ' : needed ? 'MISSING' : 'absent ';
    print(context, `${state} ${part}: ${message}`);
  }
  if (!flags.json) print(context, `engines of training (CUDA, WebGPU, TensorFlow): run ${TRAINING_DOCTOR}`);
  const missing = findings.filter(({ needed, works }) => needed && !works).map(({ part }) => part);
  if (missing.length > 0) {
    throw new InputError({
      where: 'doctor',
      expected: 'every part that swapping needs',
      got: `a problem with ${missing.join(', ')}`,
      remedy: 'do what the lines marked MISSING say',
    });
  }
}
