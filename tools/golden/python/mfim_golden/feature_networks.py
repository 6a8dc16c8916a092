"""MobileFaceNet, LPIPS-squeeze and 3DDFA_V2's regressor on NCHW tensors, straight from their PyTorch state dictionaries.

Nothing is folded unless a state comes from `folded`: batch norms, biases and the input normalisation run where the networks have them.
"""

import torch
from torch.nn import functional

BATCH_NORM_EPSILON = 1e-5
NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
LPIPS_SHIFT = (-0.030, -0.088, -0.188)
LPIPS_SCALE = (0.458, 0.448, 0.450)
LPIPS_EPSILON = 1e-10
# (expansion, channels, blocks, stride of the first)
MOBILE_FACE_NET_STAGES = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
# torchvision's squeezenet1_1().features: what stands at which index, and the taps of LPIPS.
POOLS, FIRES, TAPS = (2, 5, 8), (3, 4, 6, 7, 9, 10, 11, 12), (1, 4, 7, 9, 10, 11, 12)
# 3DDFA_V2's MobileNet-V1: the blocks and their strides.
COEFFICIENT_BLOCKS = {"dw2_1": 1, "dw2_2": 2, "dw3_1": 1, "dw3_2": 2, "dw4_1": 1, "dw4_2": 2}
COEFFICIENT_BLOCKS |= {f"dw5_{index}": 1 for index in range(1, 6)} | {"dw5_6": 2, "dw6": 1}
COEFFICIENT_PARTS = {"pose": slice(0, 12), "shape": slice(12, 52), "expression": slice(52, 62)}


def load_state(path, prefix=""):
    state = torch.load(path, map_location="cpu", weights_only=True)
    state = state["state_dict"] if "state_dict" in state else state
    return {name.removeprefix(prefix): value.to(torch.float64) for name, value in state.items()}


def per_channel(values, x):
    return torch.tensor(values, dtype=x.dtype, device=x.device).reshape(1, -1, 1, 1)


def norm(state, name, x):
    scale, offset, mean, variance = (state[f"{name}.{part}"] for part in NORM_PARTS)
    return functional.batch_norm(x, mean, variance, scale, offset, training=False, eps=BATCH_NORM_EPSILON)


def conv_norm(state, names, x, stride=1):
    """A convolution and its batch norm; of a state from `folded`, a convolution with a bias."""
    conv, following = names
    weight = state[f"{conv}.weight"]
    groups = x.shape[1] if weight.shape[1] == 1 else 1
    y = functional.conv2d(x, weight, state.get(f"{conv}.bias"), stride, weight.shape[2] // 2, groups=groups)
    return norm(state, following, y) if f"{following}.weight" in state else y


def folded(state, pairs):
    """The state with every batch norm of `pairs` (convolution, norm) in its convolution."""
    result = dict(state)
    for conv, following in pairs:
        scale, offset, mean, variance = (result.pop(f"{following}.{part}") for part in NORM_PARTS)
        factor = scale / (variance + BATCH_NORM_EPSILON).sqrt()
        result[f"{conv}.weight"] = state[f"{conv}.weight"] * factor.reshape(-1, 1, 1, 1)
        result[f"{conv}.bias"] = offset - mean * factor
    return result


def mobile_face_net_norms():
    """(convolution, norm) of every pair that `folded` may join."""
    yield from (("conv1.0", "conv1.1"), ("dw_conv.depthwise", "dw_conv.bn1"), ("dw_conv.pointwise", "dw_conv.bn2"))
    for index in range(sum(blocks for _, _, blocks, _ in MOBILE_FACE_NET_STAGES)):
        prefix = f"features.{index}.conv"
        yield from ((f"{prefix}.0.0", f"{prefix}.0.1"), (f"{prefix}.1.0", f"{prefix}.1.1"), (f"{prefix}.2", f"{prefix}.3"))
    yield "conv2.0", "conv2.1"


def coefficient_norms():
    yield "conv1", "bn1"
    for name in COEFFICIENT_BLOCKS:
        yield from ((f"{name}.conv_dw", f"{name}.bn_dw"), (f"{name}.conv_sep", f"{name}.bn_sep"))


def inverted_residual(state, prefix, x, stride):
    y = functional.relu6(conv_norm(state, (f"{prefix}.0.0", f"{prefix}.0.1"), x))
    y = functional.relu6(conv_norm(state, (f"{prefix}.1.0", f"{prefix}.1.1"), y, stride))
    y = conv_norm(state, (f"{prefix}.2", f"{prefix}.3"), y)
    return x + y if stride == 1 and x.shape == y.shape else y


def mobile_face_net(state, image):
    """image [N 3 112 112] in [-1, 1] -> unit vectors [N 128]."""
    x = ((image + 1) / 2 - per_channel(IMAGENET_MEAN, image)) / per_channel(IMAGENET_DEVIATION, image)
    x = functional.relu6(conv_norm(state, ("conv1.0", "conv1.1"), x, 2))
    x = functional.relu(conv_norm(state, ("dw_conv.depthwise", "dw_conv.bn1"), x))
    x = functional.relu(conv_norm(state, ("dw_conv.pointwise", "dw_conv.bn2"), x))
    index = 0
    for _, _, blocks, first in MOBILE_FACE_NET_STAGES:
        for block in range(blocks):
            x = inverted_residual(state, f"features.{index}.conv", x, first if block == 0 else 1)
            index += 1
    x = functional.relu6(conv_norm(state, ("conv2.0", "conv2.1"), x))
    x = functional.conv2d(x, state["gdconv.depthwise.weight"], groups=x.shape[1])
    x = functional.conv2d(norm(state, "gdconv.bn", x), state["conv3.weight"], state["conv3.bias"])
    return functional.normalize(norm(state, "bn", x).flatten(1), dim=1)


def squeeze_net_taps(state, image):
    """The seven feature maps that LPIPS reads."""
    x = (image - per_channel(LPIPS_SHIFT, image)) / per_channel(LPIPS_SCALE, image)
    x = functional.relu(functional.conv2d(x, state["0.weight"], state["0.bias"], stride=2))
    taps = [x]
    for index in range(2, 13):
        if index in POOLS:
            x = functional.max_pool2d(x, 3, 2, ceil_mode=True)
        if index in FIRES:
            part = lambda name: (state[f"{index}.{name}.weight"], state[f"{index}.{name}.bias"])  # noqa: B023, E731
            narrow = functional.relu(functional.conv2d(x, *part("squeeze")))
            one = functional.relu(functional.conv2d(narrow, *part("expand1x1")))
            x = torch.cat([one, functional.relu(functional.conv2d(narrow, *part("expand3x3"), padding=1))], dim=1)
        if index in TAPS:
            taps.append(x)
    return taps


def norm_of_channels(tap):
    """1e-20 under the root keeps the gradient finite where every feature is zero."""
    return (tap.square().sum(dim=1, keepdim=True) + LPIPS_EPSILON**2).sqrt()


def lpips(trunk, heads, first, second):
    """Distance of each pair [N]."""
    total = 0
    for index, pair in enumerate(zip(squeeze_net_taps(trunk, first), squeeze_net_taps(trunk, second))):
        one, other = (tap / (norm_of_channels(tap) + LPIPS_EPSILON) for tap in pair)
        distance = functional.conv2d((one - other).square(), heads[f"lin{index}.model.1.weight"])
        total = total + distance.mean(dim=(1, 2, 3))
    return total


def coefficients(state, face):
    """face [N 3 120 120], RGB in [-1, 1] -> the 62 normalised numbers: 12 pose, 40 shape, 10 expression."""
    x = ((face + 1) * 127.5).flip(1)  # BGR, 0..255
    x = (x - 127.5) / 128
    x = functional.relu(conv_norm(state, ("conv1", "bn1"), x, 2))
    for name, stride in COEFFICIENT_BLOCKS.items():
        x = functional.relu(conv_norm(state, (f"{name}.conv_dw", f"{name}.bn_dw"), x, stride))
        x = functional.relu(conv_norm(state, (f"{name}.conv_sep", f"{name}.bn_sep"), x))
    return functional.linear(x.mean(dim=(2, 3)), state["fc_param.weight"], state["fc_param.bias"])
