"""Layers of StyleGAN2 config F on NCHW tensors, in the fused form: the weights are modulated.

The TypeScript scales activations instead (`modulated_conv_by_activations`), so agreement is not by construction. Shape comments:
N batch, I input channels, O output channels, H and W pixels, k kernel size.
"""

import math

import torch
from torch.nn import functional

TAPS = (1.0, 3.0, 3.0, 1.0)
SLOPE = 0.2
EPSILON = 1e-8


def linear(x, weight, bias, multiplier=1.0):
    """Equalised linear layer: weight [O I], times multiplier / sqrt(I)."""
    return x @ (weight * (multiplier / math.sqrt(weight.shape[1]))).T + bias * multiplier


def conv(x, weight, stride=1, padding=0):
    """Equalised convolution: weight [O I k k], divided by sqrt(I k k)."""
    return functional.conv2d(x, weight / math.sqrt(weight[0].numel()), stride=stride, padding=padding)


def activate(x, bias=None):
    """Bias over axis 1, leaky ReLU of slope 0.2, times sqrt(2)."""
    if bias is not None:
        x = x + bias.reshape(1, -1, *[1] * (x.dim() - 2))
    return functional.leaky_relu(x, SLOPE) * math.sqrt(2.0)


def pixel_norm(x):
    """x / sqrt(mean(x^2) + 1e-8) over axis 1."""
    return x / torch.sqrt((x * x).mean(dim=1, keepdim=True) + EPSILON)


def fir(x, up=1, padding=(0, 0), gain=1.0):
    """Zeros between the pixels, padding, then the 4x4 filter with the given sum."""
    batch, channels, height, width = x.shape
    if up > 1:
        wide = x.new_zeros(batch, channels, height * up, width * up)
        wide[:, :, ::up, ::up] = x
        x = wide
    before, after = padding
    if before != after:
        x = functional.pad(x, (before, after, before, after))
        before = 0
    taps = torch.tensor(TAPS, dtype=x.dtype, device=x.device)
    kernel = torch.outer(taps, taps) / taps.sum() ** 2 * gain
    return functional.conv2d(x, kernel.expand(channels, 1, 4, 4), padding=before, groups=channels)


def upsample(x):
    """Doubles the size of an RGB skip image."""
    return fir(x, up=2, padding=(2, 1), gain=4.0)


def modulated_conv(x, weight, style, demodulate=True, up=False):
    """Modulated convolution; x [N I H W], weight [O I k k], style [N I]; one grouped convolution."""
    batch, channels, height, width = x.shape
    output, _, kernel, _ = weight.shape
    scaled = weight / math.sqrt(weight[0].numel())
    own = scaled[None] * style[:, None, :, None, None]  # [N O I k k]
    if demodulate:
        own = own * torch.rsqrt(own.square().sum(dim=(2, 3, 4), keepdim=True) + EPSILON)
    x = x.reshape(1, batch * channels, height, width)
    if up:
        own = own.transpose(1, 2).reshape(batch * channels, output, kernel, kernel)
        x = functional.conv_transpose2d(x, own, stride=2, groups=batch)
        x = x.reshape(batch, output, 2 * height + 1, 2 * width + 1)
        return fir(x, padding=(1, 1), gain=4.0)
    own = own.reshape(batch * output, channels, kernel, kernel)
    x = functional.conv2d(x, own, padding=kernel // 2, groups=batch)
    return x.reshape(batch, output, height, width)


def modulated_conv_by_activations(x, weight, style, demodulate=True, up=False):
    """The same with the activations scaled before and after one ungrouped convolution, as stylegan2-ada trains."""
    scaled = weight / math.sqrt(weight[0].numel())
    x = x * style[:, :, None, None]
    if up:
        x = fir(functional.conv_transpose2d(x, scaled.transpose(0, 1), stride=2), padding=(1, 1), gain=4.0)
    else:
        x = functional.conv2d(x, scaled, padding=weight.shape[2] // 2)
    if not demodulate:
        return x
    energy = scaled.square().sum(dim=(2, 3))  # [O I]
    return x * torch.rsqrt(style.square() @ energy.T + EPSILON)[:, :, None, None]


def minibatch_deviation(x, largest_group=4):
    """One more channel: the deviation within the group, averaged over channels and pixels."""
    batch, channels, height, width = x.shape
    group = min(batch, largest_group)
    groups = x.reshape(group, batch // group, channels, height, width)
    deviation = torch.sqrt(groups.var(dim=0, unbiased=False) + EPSILON).mean(dim=(1, 2, 3))  # [N / group]
    return torch.cat([x, deviation.repeat(group).reshape(batch, 1, 1, 1).expand(batch, 1, height, width)], dim=1)
