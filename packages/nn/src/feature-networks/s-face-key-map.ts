/** Names of SFace's ONNX initialisers (OpenCV's model zoo, `face_recognition_sface_2021dec.onnx`) beside ours; a key map of `@mfim/checkpoints`, as plain data. */

const PARTS = { scale: 'gamma', offset: 'beta', mean: 'moving_mean', variance: 'moving_var' } as const;
/** [channels, 1, 1] <-> [channels] */
const SLOPE = { rank: 3, axes: [0] } as const;
const LAST_POSITIONS = 49;

/** Blocks count from 0 here; their layers are called conv_2 and on there. */
export const S_FACE_KEY_MAP = {
  origin: 'SFace of OpenCV',
  placeholders: { block: { offset: 2 }, part: { names: PARTS }, kind: { names: { depthwise: '_dw', pointwise: '' } }, end: { names: { before: 'bn1', after: 'fc1' } } },
  rules: [
    { ours: 'input.shift', theirs: 'scalar_op1' },
    { ours: 'input.scale', theirs: 'scalar_op2' },
    { ours: 'stem.kernel', theirs: 'conv_1_conv2d_weight', layout: 'kernel' },
    { ours: 'stem.norm.{part}', theirs: 'conv_1_batchnorm_{part}' },
    { ours: 'stem.slope', theirs: 'conv_1_relu_gamma', layout: SLOPE },
    { ours: 'blocks.block{block}.depthwise.kernel', theirs: 'conv_{block}_dw_conv2d_weight', layout: 'depthwise' },
    { ours: 'blocks.block{block}.pointwise.kernel', theirs: 'conv_{block}_conv2d_weight', layout: 'kernel' },
    { ours: 'blocks.block{block}.{kind}.norm.{part}', theirs: 'conv_{block}{kind}_batchnorm_{part}' },
    { ours: 'blocks.block{block}.{kind}.slope', theirs: 'conv_{block}{kind}_relu_gamma', layout: SLOPE },
    { ours: 'head.matrix', theirs: 'pre_fc1_weight', layout: { positions: LAST_POSITIONS } },
    { ours: 'head.bias', theirs: 'pre_fc1_bias' },
    { ours: 'head.{end}.{part}', theirs: '{end}_{part}' },
  ],
} as const;
