/**
 * Entry of the process that proves one engine: `probe-process NAME`. It opens the engine, runs the check and writes one line of JSON:
 * `{ device, versions }`, or `{ problem, cure }`. Native code that crashes or hangs takes only this process with it.
 */
import { MfimError } from '@mfim/tensor-contracts';
import { checkComputation } from './check-computation.ts';
import { engineNamed } from './registry.ts';

async function prove(name: string): Promise<unknown> {
  try {
    const { device, versions, compiler } = await engineNamed(name).open();
    await checkComputation(compiler);
    return { device, versions };
  } catch (error) {
    if (error instanceof MfimError) return { problem: `${error.parts.where}: ${error.parts.got}`, cure: error.parts.remedy };
    return { problem: error instanceof Error ? error.message : String(error), cure: '' };
  }
}

const line = `${JSON.stringify(await prove(process.argv[2] ?? ''))}\n`;
// Dawn, TensorFlow and ONNX Runtime keep threads alive: end at once, after the line is out.
process.stdout.write(line, () => process.exit(0));
