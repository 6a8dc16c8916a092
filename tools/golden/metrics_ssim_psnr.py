"""SSIM and PSNR by scikit-image, for packages/metrics/test/image-metrics.test.ts.

Run:  python tools/golden/metrics_ssim_psnr.py packages/metrics/test/ssim-psnr.json
The images are formulas, so that both sides make them: value(k, y, x, c), quantised to multiples of 1/128.
"""
import json
import sys

import numpy
import skimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def image(kind, height, width):
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    waves = {
        "smooth": 0.6 * numpy.sin(0.31 * x + 0.7 * c) * numpy.cos(0.17 * y),
        "shifted": 0.6 * numpy.sin(0.31 * x + 0.7 * c + 0.3) * numpy.cos(0.17 * y),
        "grained": 0.6 * numpy.sin(0.31 * x + 0.7 * c) * numpy.cos(0.17 * y) + ((7 * x + 13 * y + 5 * c) % 11 - 5) * 0.04,
        "flat": numpy.full(x.shape, 0.25),
    }
    return numpy.round(waves[kind] * 128) / 128


def measured(first, second, height, width):
    a, b = image(first, height, width), image(second, height, width)
    ssim = structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2, data_range=2
    )
    return {
        "first": first,
        "second": second,
        "height": height,
        "width": width,
        "ssim": float(ssim),
        "psnr": float(peak_signal_noise_ratio(a, b, data_range=2)),
        "l1": float(numpy.abs(a - b).mean()),
    }


golden = {
    "madeWith": f"scikit-image {skimage.__version__}",
    "cases": [
        measured("smooth", "shifted", 24, 31),
        measured("smooth", "grained", 24, 31),
        measured("smooth", "flat", 24, 31),
        measured("flat", "grained", 11, 11),
        measured("shifted", "grained", 40, 11),
    ],
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
