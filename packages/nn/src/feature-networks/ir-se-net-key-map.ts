/**
 * InsightFace_Pytorch's names of IR-SE50 (`model_ir_se50.pth`) beside ours; a key map of `@mfim/checkpoints`, as plain data.
 */
import { BATCH_COUNTERS, NORM_PARTS } from './res-net-key-map.ts';

/** Height times width of the map before the linear layer. */
const LAST_POSITIONS = 49;

/** The key map; `positions` is another number for faces of another size. */
export function irSeNetKeyMap(positions: number = LAST_POSITIONS) {
  return {
    origin: 'ArcFace IR-SE50 of InsightFace_Pytorch',
    placeholders: {
      part: { names: NORM_PARTS },
      norm: { names: { norm0: 'res_layer.0', norm1: 'res_layer.4', 'shortcut.norm': 'shortcut_layer.1' } },
      conv: { names: { conv0: 'res_layer.1', conv1: 'res_layer.3', 'shortcut.conv': 'shortcut_layer.0' } },
      gate: { names: { reduce: 'fc1', expand: 'fc2' } },
      end: { names: { before: '0', after: '4' } },
    },
    rules: [
      { ours: 'stem.kernel', theirs: 'input_layer.0.weight', layout: 'kernel' },
      { ours: 'stem.norm.{part}', theirs: 'input_layer.1.{part}' },
      { ours: 'stem.slope', theirs: 'input_layer.2.weight' },
      { ours: 'units.unit{unit}.slope', theirs: 'body.{unit}.res_layer.2.weight' },
      { ours: 'units.unit{unit}.{conv}', theirs: 'body.{unit}.{conv}.weight', layout: 'kernel' },
      { ours: 'units.unit{unit}.gate.{gate}', theirs: 'body.{unit}.res_layer.5.{gate}.weight', layout: 'linear from kernel' },
      { ours: 'units.unit{unit}.{norm}.{part}', theirs: 'body.{unit}.{norm}.{part}' },
      { ours: 'head.matrix', theirs: 'output_layer.3.weight', layout: { positions } },
      { ours: 'head.bias', theirs: 'output_layer.3.bias' },
      { ours: 'head.{end}.{part}', theirs: 'output_layer.{end}.{part}' },
    ],
    ignored: [BATCH_COUNTERS],
  } as const;
}
