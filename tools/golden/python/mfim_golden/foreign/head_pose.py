"""HopeNet (deep-head-pose) and 6DRepNet, under their own names; 6DRepNet in its training form and deployed."""

import torch
from torch.nn import functional

from ..feature_networks import BATCH_NORM_EPSILON, IMAGENET_DEVIATION, IMAGENET_MEAN, NORM_PARTS, norm, per_channel
from .res_net import RES_NET_50, add_res_net, res_net

BINS = 66
DEGREES_A_BIN, FIRST_BIN = 3, -99
ANGLES = ("yaw", "pitch", "roll")
# RepVGG-B1g2: channels of the stem and of each stage, blocks of each stage; every second block has two groups.
REP_VGG_B1G2 = (64, (128, 256, 512, 2048), (4, 6, 16, 1))


def normalised(image):
    return ((image + 1) / 2 - per_channel(IMAGENET_MEAN, image)) / per_channel(IMAGENET_DEVIATION, image)


def hope_net_state(state, size=RES_NET_50):
    channels = add_res_net(state, "", size)
    for angle in ANGLES:
        state.linear(f"fc_{angle}", channels, BINS)
    state.linear("fc_finetune", channels + 3, 3)


def hope_net(state, image):
    """image [N 3 224 224], RGB in [-1, 1] -> logits of yaw, pitch, roll, [N 66] each, and degrees [N 3] in the same order."""
    features = res_net(state, normalised(image))
    logits = [functional.linear(features, state[f"fc_{angle}.weight"], state[f"fc_{angle}.bias"]) for angle in ANGLES]
    bins = torch.arange(BINS, dtype=image.dtype)
    return logits, torch.stack([(each.softmax(1) * bins).sum(1) * DEGREES_A_BIN + FIRST_BIN for each in logits], 1)


def rep_vgg_blocks(size=REP_VGG_B1G2):
    """(name, input, output, stride, groups) of every block."""
    stem, widths, counts = size
    blocks = [("layer0", 3, stem, 2, 1)]
    channels = stem
    for stage, (width, count) in enumerate(zip(widths, counts), start=1):
        for block in range(count):
            groups = 2 if len(blocks) % 2 == 0 else 1
            blocks.append((f"layer{stage}.{block}", channels, width, 2 if block == 0 else 1, groups))
            channels = width
    return blocks


def six_d_rep_net_state(state, size=REP_VGG_B1G2):
    for name, inputs, outputs, stride, groups in rep_vgg_blocks(size):
        state.normed((f"{name}.rbr_dense.conv", f"{name}.rbr_dense.bn"), [outputs, inputs // groups, 3, 3], 0.6)
        state.normed((f"{name}.rbr_1x1.conv", f"{name}.rbr_1x1.bn"), [outputs, inputs // groups, 1, 1], 0.6)
        if inputs == outputs and stride == 1:
            state.norm(f"{name}.rbr_identity", inputs, 0.6)
    state.linear("linear_reg", size[1][-1], 6)


def fused(weight, state, name):
    scale, offset, mean, variance = (state[f"{name}.{part}"] for part in NORM_PARTS)
    factor = scale / (variance + BATCH_NORM_EPSILON).sqrt()
    return weight * factor.reshape(-1, 1, 1, 1), offset - mean * factor


def deployed(state, size=REP_VGG_B1G2):
    """The same network with one convolution a block, as 6DRepNet publishes it."""
    result = {name: value for name, value in state.items() if name.startswith("linear_reg")}
    for name, inputs, _, _, groups in rep_vgg_blocks(size):
        kernel, bias = fused(state[f"{name}.rbr_dense.conv.weight"], state, f"{name}.rbr_dense.bn")
        point, point_bias = fused(functional.pad(state[f"{name}.rbr_1x1.conv.weight"], (1, 1, 1, 1)), state, f"{name}.rbr_1x1.bn")
        kernel, bias = kernel + point, bias + point_bias
        if f"{name}.rbr_identity.weight" in state:
            inner = inputs // groups
            identity = torch.zeros(inputs, inner, 3, 3, dtype=kernel.dtype)
            for channel in range(inputs):
                identity[channel, channel % inner, 1, 1] = 1
            kept, kept_bias = fused(identity, state, f"{name}.rbr_identity")
            kernel, bias = kernel + kept, bias + kept_bias
        result[f"{name}.rbr_reparam.weight"], result[f"{name}.rbr_reparam.bias"] = kernel, bias
    return result


def rep_vgg_block(state, name, x, stride, groups):
    if f"{name}.rbr_reparam.weight" in state:
        return functional.relu(functional.conv2d(x, state[f"{name}.rbr_reparam.weight"], state[f"{name}.rbr_reparam.bias"], stride, 1, groups=groups))
    y = norm(state, f"{name}.rbr_dense.bn", functional.conv2d(x, state[f"{name}.rbr_dense.conv.weight"], None, stride, 1, groups=groups))
    y = y + norm(state, f"{name}.rbr_1x1.bn", functional.conv2d(x, state[f"{name}.rbr_1x1.conv.weight"], None, stride, 0, groups=groups))
    return functional.relu(y + norm(state, f"{name}.rbr_identity", x) if f"{name}.rbr_identity.weight" in state else y)


def rotation_of(numbers):
    """Six numbers [N 6] -> rotation matrices [N 3 3] by Gram-Schmidt; the axes are columns."""
    x = functional.normalize(numbers[:, :3], dim=1)
    z = functional.normalize(torch.linalg.cross(x, numbers[:, 3:]), dim=1)
    return torch.stack([x, torch.linalg.cross(z, x), z], dim=2)


def six_d_rep_net(state, image, size=REP_VGG_B1G2):
    """image [N 3 224 224], RGB in [-1, 1] -> rotation matrices [N 3 3]."""
    x = normalised(image)
    for name, _, _, stride, groups in rep_vgg_blocks(size):
        x = rep_vgg_block(state, name, x, stride, groups)
    return rotation_of(functional.linear(x.mean(dim=(2, 3)), state["linear_reg.weight"], state["linear_reg.bias"]))
