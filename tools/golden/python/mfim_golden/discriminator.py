"""StyleGAN2 config F discriminator (residual), with NVIDIA's parameter names and PyTorch's layouts."""

import math

import torch
from torch.nn import functional

from .layers import activate, conv, fir, linear, minibatch_deviation


def discriminator_shapes(size):
    top = size.resolution
    shapes = {f"b{top}.fromrgb.weight": (size.channels(top), 3, 1, 1), f"b{top}.fromrgb.bias": (size.channels(top),)}
    for resolution in reversed(size.resolutions()[1:]):
        here, below = size.channels(resolution), size.channels(resolution // 2)
        shapes[f"b{resolution}.conv0.weight"] = (here, here, 3, 3)
        shapes[f"b{resolution}.conv0.bias"] = (here,)
        shapes[f"b{resolution}.conv1.weight"] = (below, here, 3, 3)
        shapes[f"b{resolution}.conv1.bias"] = (below,)
        shapes[f"b{resolution}.skip.weight"] = (below, here, 1, 1)
    last = size.channels(4)
    shapes |= {"b4.conv.weight": (last, last + 1, 3, 3), "b4.conv.bias": (last,)}
    shapes |= {"b4.fc.weight": (last, last * 16), "b4.fc.bias": (last,)}
    shapes |= {"b4.out.weight": (1, last), "b4.out.bias": (1,)}
    return shapes


def residual_block(parameters, x, prefix):
    y = activate(conv(x, parameters[prefix + "conv0.weight"], padding=1), parameters[prefix + "conv0.bias"])
    y = conv(fir(y, padding=(2, 2)), parameters[prefix + "conv1.weight"], stride=2)
    y = activate(y, parameters[prefix + "conv1.bias"])
    skip = conv(fir(x, padding=(1, 1)), parameters[prefix + "skip.weight"], stride=2)
    return (y + skip) / math.sqrt(2.0)


def discriminate(parameters, image, size):
    """image [N 3 R R] -> one logit an image [N 1]."""
    prefix = f"b{size.resolution}.fromrgb."
    x = activate(conv(image, parameters[prefix + "weight"]), parameters[prefix + "bias"])
    for resolution in reversed(size.resolutions()[1:]):
        x = residual_block(parameters, x, f"b{resolution}.")
    x = conv(minibatch_deviation(x), parameters["b4.conv.weight"], padding=1)
    x = activate(x, parameters["b4.conv.bias"]).flatten(1)
    x = activate(linear(x, parameters["b4.fc.weight"], parameters["b4.fc.bias"]))
    return linear(x, parameters["b4.out.weight"], parameters["b4.out.bias"])


def discriminator_loss(real_logits, fake_logits):
    return functional.softplus(-real_logits).mean() + functional.softplus(fake_logits).mean()


def r1(parameters, image, size, gamma):
    """gamma / 2 * mean over the batch of |d logit / d image|^2, differentiable."""
    logits = discriminate(parameters, image, size)
    (gradient,) = torch.autograd.grad(logits.sum(), image, create_graph=True)
    return gamma / 2 * gradient.square().sum(dim=(1, 2, 3)).mean()
