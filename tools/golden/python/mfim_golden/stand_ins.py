"""Small random networks with the shapes of the published ones: names are those of their state dictionaries."""

from .feature_networks import COEFFICIENT_BLOCKS, FIRES, MOBILE_FACE_NET_STAGES, TAPS

NARROW = 16
SQUEEZE_WIDTH, SQUEEZED = 8, 3
COEFFICIENTS = 62
# Channels of 3DDFA_V2's blocks at width 1.
COEFFICIENT_CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)


def norm(name, channels):
    return {f"{name}.{part}": (channels,) for part in ("weight", "bias", "running_mean", "running_var")}


def mobile_face_net_shapes():
    stem, wide, embedding = 64 // NARROW, 512 // (4 * NARROW), 128 // NARROW
    shapes = {"conv1.0.weight": (stem, 3, 3, 3)} | norm("conv1.1", stem)
    shapes |= {"dw_conv.depthwise.weight": (stem, 1, 3, 3)} | norm("dw_conv.bn1", stem)
    shapes |= {"dw_conv.pointwise.weight": (stem, stem, 1, 1)} | norm("dw_conv.bn2", stem)
    channels, index = stem, 0
    for expansion, full, blocks, _ in MOBILE_FACE_NET_STAGES:
        for _ in range(blocks):
            prefix, inner, outputs = f"features.{index}.conv", channels * expansion, full // NARROW
            shapes |= {f"{prefix}.0.0.weight": (inner, channels, 1, 1)} | norm(f"{prefix}.0.1", inner)
            shapes |= {f"{prefix}.1.0.weight": (inner, 1, 3, 3)} | norm(f"{prefix}.1.1", inner)
            shapes |= {f"{prefix}.2.weight": (outputs, inner, 1, 1)} | norm(f"{prefix}.3", outputs)
            channels, index = outputs, index + 1
    shapes |= {"conv2.0.weight": (wide, channels, 1, 1)} | norm("conv2.1", wide)
    shapes |= {"gdconv.depthwise.weight": (wide, 1, 7, 7)} | norm("gdconv.bn", wide)
    return shapes | {"conv3.weight": (embedding, wide, 1, 1), "conv3.bias": (embedding,)} | norm("bn", embedding)


def squeeze_net_shapes():
    half = SQUEEZE_WIDTH // 2
    shapes = {"0.weight": (SQUEEZE_WIDTH, 3, 3, 3), "0.bias": (SQUEEZE_WIDTH,)}
    for index in FIRES:
        shapes |= {f"{index}.squeeze.weight": (SQUEEZED, SQUEEZE_WIDTH, 1, 1), f"{index}.squeeze.bias": (SQUEEZED,)}
        shapes |= {f"{index}.expand1x1.weight": (half, SQUEEZED, 1, 1), f"{index}.expand1x1.bias": (half,)}
        shapes |= {f"{index}.expand3x3.weight": (half, SQUEEZED, 3, 3), f"{index}.expand3x3.bias": (half,)}
    return shapes


def head_shapes():
    return {f"lin{tap}.model.1.weight": (1, SQUEEZE_WIDTH, 1, 1) for tap in range(len(TAPS))}


def coefficient_shapes():
    channels = 32 // NARROW
    shapes = {"conv1.weight": (channels, 3, 3, 3)} | norm("bn1", channels)
    for name, full in zip(COEFFICIENT_BLOCKS, COEFFICIENT_CHANNELS):
        outputs = full // NARROW
        shapes |= {f"{name}.conv_dw.weight": (channels, 1, 3, 3)} | norm(f"{name}.bn_dw", channels)
        shapes |= {f"{name}.conv_sep.weight": (outputs, channels, 1, 1)} | norm(f"{name}.bn_sep", outputs)
        channels = outputs
    return shapes | {"fc_param.weight": (COEFFICIENTS, channels), "fc_param.bias": (COEFFICIENTS,)}


def scale_of(name, shape):
    """(scale, shift) of one drawn tensor: kernels as He et al., norms near 1, biases above 0 so that ReLUs live.

    Random features of two images are much alike, so the coefficients are drawn from them with larger weights.
    """
    if name == "fc_param.weight":
        return 1.0, 0.0
    if len(shape) > 1:
        fan_in = shape[1] * (shape[2] * shape[3] if len(shape) == 4 else 1)
        return (2.0 / fan_in) ** 0.5, 0.0
    if name.endswith("running_var"):
        return 0.1, 1.0
    if name.endswith("running_mean"):
        return 0.2, 0.0
    return (0.1, 1.0) if name.endswith(".weight") else (0.2, 0.2)


def draw(file, prefix, shapes):
    """The state dictionary, constant; stored as parameters `<prefix>/<name>`. LPIPS heads are not negative."""
    state = {}
    for name, shape in shapes.items():
        scale, shift = scale_of(name, shape)
        value = file.draws.normal(f"{prefix}/{name}", shape, scale, shift).detach()
        state[name] = file.keep("parameter", f"{prefix}/{name}", value.abs() if name.startswith("lin") else value)
    return state
