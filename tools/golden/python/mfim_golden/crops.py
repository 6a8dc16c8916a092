"""Fixed crops of FFHQ-aligned faces: one square of the image, sampled with an antialiased triangle."""

import functools

import numpy
import torch

ARC_FACE_SIZE = 112
ARC_FACE_POINTS = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
FFHQ_POINTS = [[192.98, 239.95], [318.9, 240.19], [256.63, 314.02], [201.26, 371.41], [313.09, 371.15]]
FFHQ_SIZE = 512
THREE_DDFA_SIZE = 120
# Centre and side in shares of the image.
THREE_DDFA_SQUARE = (0.508, 0.658, 0.815)


@functools.lru_cache
def axis_weights(start, step, count, size):
    """[count size]: pixel i of the crop lies at start + i * step, in pixels of the image."""
    centres = numpy.clip(start + step * numpy.arange(count), 0, size - 1)
    distances = numpy.abs(numpy.arange(size)[None, :] - centres[:, None])
    weights = numpy.maximum(0, 1 - distances / max(1.0, step))
    return torch.from_numpy(weights / weights.sum(axis=1, keepdims=True))


def crop(image, corner, step, count):
    """image [N 3 H W] -> [N 3 count count]; corner (x, y) is where pixel 0 of the crop lies."""
    columns, rows = (axis_weights(start, step, count, image.shape[2]).to(image) for start in corner)
    return rows @ image @ columns.T


def arc_face_crop(image):
    """The least-squares similarity from the mean FFHQ points to the template, without its rotation."""
    template, points = (numpy.array(x) @ [1, 1j] for x in (ARC_FACE_POINTS, FFHQ_POINTS))
    centred = points - points.mean()
    scale = (numpy.vdot(centred, template - template.mean()) / numpy.vdot(centred, centred)).real
    shift = template.mean() - scale * points.mean()
    ratio = image.shape[2] / FFHQ_SIZE
    corner = [(-part / scale + 0.5) * ratio - 0.5 for part in (shift.real, shift.imag)]
    return crop(image, corner, ratio / scale, ARC_FACE_SIZE)


def three_ddfa_crop(image):
    x, y, side = THREE_DDFA_SQUARE
    size = image.shape[2]
    step = side * size / THREE_DDFA_SIZE
    corner = [(centre - side / 2) * size + step / 2 - 0.5 for centre in (x, y)]
    return crop(image, corner, step, THREE_DDFA_SIZE)
