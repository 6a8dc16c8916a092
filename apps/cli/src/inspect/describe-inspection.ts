/** An inspection as lines for people. Every name in it comes from a file that nobody vouches for. */
import { describePickles } from './describe-pickles.ts';
import type { Content, Inspection, TensorFinding } from './inspection.ts';
import { visibleText } from './visible-text.ts';

const DIGITS = 4;
/** Counters are shown whole. */
const INTEGER_DIGITS = 15;
const PERCENT = 100;
/** Options and counters that are shown; `--json` has all. */
const VALUES_SHOWN = 20;
const LONGEST_VALUE = 100;
const LABEL = 12;
const INTEGER = /^[IU]\d|^BOOL$/u;

const FORMATS: Readonly<Record<string, string>> = {
  safetensors: 'safetensors',
  pytorch: 'PyTorch, a zip as torch.save writes it since 1.6',
  'pytorch-legacy': 'PyTorch, the older form of torch.save',
  torchscript: 'TorchScript; its source code was not looked at',
  pickle: 'a pickle that no format surrounds, such as NVIDIA\'s',
  npz: 'NumPy, several arrays in a zip',
  npy: 'NumPy, one array',
  onnx: 'ONNX',
  hdf5: 'HDF5, such as Keras writes',
  keras: 'Keras 3, HDF5 in a zip; its description was not looked at',
};

const labelled = (label: string, text: string): string => `${label.padEnd(LABEL)}${text}`;

/** `1.234e-5`, `0.5`, `-3`. */
function shortNumber(value: number | null | undefined, digits = DIGITS): string {
  return value === null || value === undefined ? '-' : String(Number(value.toPrecision(digits)));
}

function tensorLine(tensor: TensorFinding, nameWidth: number): string {
  const { name, dtype, shape, notFinite } = tensor;
  const facts = `${visibleText(name).padEnd(nameWidth)}  ${dtype.padEnd(DIGITS)}  [${shape.join(', ')}]`;
  if (notFinite === undefined) return facts;
  const digits = INTEGER.test(dtype) ? INTEGER_DIGITS : DIGITS;
  const [mean, minimum, maximum] = [tensor.mean, tensor.minimum, tensor.maximum].map((value) => shortNumber(value, digits));
  const range = `mean ${mean}  from ${minimum} to ${maximum}`;
  return `${facts}  ${range}${notFinite === 0 ? '' : `  ${notFinite} NOT FINITE`}`;
}

function contentLines({ tensors, totals, values, leftOut, guesses }: Content): readonly string[] {
  const width = Math.max(0, ...tensors.map(({ name }) => visibleText(name).length));
  const likely = guesses.map(({ kind, confidence }) => `${kind} (${Math.round(PERCENT * confidence)} %)`).join(', ');
  const hidden = values.length - VALUES_SHOWN;
  return [
    labelled('looks like', likely === '' ? 'none of the kinds that mfim import knows' : likely),
    labelled('tensors', `${totals.tensors}, ${totals.numbers} numbers, ${totals.bytes} bytes`),
    ...tensors.map((tensor) => `  ${tensorLine(tensor, width)}`),
    ...(values.length === 0 ? [] : [labelled('values', String(values.length))]),
    ...values.slice(0, VALUES_SHOWN).map(({ name, value }) => `  ${visibleText(name)} = ${visibleText(JSON.stringify(value), LONGEST_VALUE)}`),
    ...(hidden > 0 ? [`  and ${hidden} more, which --json prints`] : []),
    ...(leftOut.length === 0 ? [] : [labelled('left out', String(leftOut.length))]),
    ...leftOut.map(({ name, reason }) => `  ${visibleText(name)}: ${visibleText(reason)}`),
  ];
}

/** Facts first, then tensors, then pickles. */
export function describeInspection({ file, format, bytes, sha256, content, refusal, pickles }: Inspection): readonly string[] {
  return [
    labelled('file', file),
    labelled('format', FORMATS[format] ?? format),
    labelled('size', `${bytes} bytes`),
    labelled('sha256', sha256),
    ...(content === undefined ? [] : contentLines(content)),
    ...(refusal === undefined ? [] : [labelled('not read', visibleText(refusal, refusal.length))]),
    ...(pickles === undefined ? [] : describePickles(pickles)),
  ];
}
