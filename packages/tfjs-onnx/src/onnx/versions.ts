/**
 * The versions that every written file states. Opset 18 is the first in which all reductions take
 * their axes as an input and `Resize` takes an `axes` attribute; IR 8 is the version that came with it.
 */

/** Version of the default ONNX operator set. */
export const OPSET_VERSION = 18;

/** Version of the ONNX file format itself. */
export const IR_VERSION = 8;
