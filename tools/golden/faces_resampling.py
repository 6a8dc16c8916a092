"""Golden values for @mfim/faces, from Pillow, NumPy and SciPy.

    pip install pillow numpy scipy
    python tools/golden/faces_resampling.py packages/faces/test/golden

Writes resampling.json (Image.resize by four filters) and ffhq.json (the alignment of
NVlabs/ffhq-dataset, download_ffhq.py, from its published formula). The pictures are made here from
a formula, so that the test can make the same ones; results are base64 of raw RGB or RGBA bytes.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import PIL
import PIL.Image
import scipy
import scipy.ndimage

FILTERS = {
    "box": PIL.Image.Resampling.BOX,
    "bilinear": PIL.Image.Resampling.BILINEAR,
    "bicubic": PIL.Image.Resampling.BICUBIC,
    "lanczos": PIL.Image.Resampling.LANCZOS,
}


def picture(width, height, channels):
    """Waves and noise from 32-bit integer arithmetic: value = hash(x, y, channel) mixed with a ramp."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels].astype(np.uint32)
    noise = (x * np.uint32(2654435761) ^ y * np.uint32(2246822519) ^ c * np.uint32(3266489917)) >> np.uint32(24)
    ramp = (x * np.uint32(5) + y * np.uint32(3) * (c + np.uint32(1))) & np.uint32(255)
    return ((noise + np.uint32(3) * ramp) >> np.uint32(2)).astype(np.uint8)


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def resampling():
    cases = []
    for width, height, channels, to in [
        (37, 29, 3, (16, 11)),
        (23, 17, 3, (40, 33)),
        (50, 8, 3, (7, 19)),
        (20, 20, 4, (9, 13)),
    ]:
        for name, code in FILTERS.items():
            image = PIL.Image.fromarray(picture(width, height, channels))
            result = np.asarray(image.resize(to, code))
            cases.append(
                {"width": width, "height": height, "channels": channels, "to": to, "filter": name, "bytes": encode(result)}
            )
    return cases


def face(centre, span, angle):
    """68 points of a schematic face: only eyes (36-47) and mouth corners (48, 54) matter here."""
    points = np.zeros((68, 2))
    points[36:42] = [-0.5, -0.4]
    points[42:48] = [0.5, -0.35]
    points[36:48] += np.stack([np.arange(12) % 5 * 0.02, np.arange(12) % 3 * 0.03], axis=1)
    points[48] = [-0.4, 0.65]
    points[54] = [0.38, 0.7]
    c, s = np.cos(angle), np.sin(angle)
    return points @ np.array([[c, s], [-s, c]]) * span + np.array(centre)


def ffhq(image, landmarks, size, transform_size):
    """The steps of download_ffhq.py (recreate_aligned_images) for one face."""
    eye_left = landmarks[36:42].mean(axis=0)
    eye_right = landmarks[42:48].mean(axis=0)
    eyes = (eye_left + eye_right) * 0.5
    eye_to_eye = eye_right - eye_left
    eye_to_mouth = (landmarks[48] + landmarks[54]) * 0.5 - eyes
    x = eye_to_eye - np.flipud(eye_to_mouth) * [-1, 1]
    x /= np.hypot(*x)
    x *= max(np.hypot(*eye_to_eye) * 2.0, np.hypot(*eye_to_mouth) * 1.8)
    y = np.flipud(x) * [-1, 1]
    c = eyes + eye_to_mouth * 0.1
    quad = np.stack([c - x - y, c - x + y, c + x + y, c + x - y])
    corners = quad.copy()
    side = np.hypot(*x) * 2

    shrink = int(np.floor(side / size * 0.5))
    if shrink > 1:
        smaller = (int(np.rint(image.size[0] / shrink)), int(np.rint(image.size[1] / shrink)))
        image = image.resize(smaller, PIL.Image.Resampling.LANCZOS)
        quad /= shrink
        side /= shrink

    def reach():
        low, high = np.floor(quad.min(axis=0)).astype(int), np.ceil(quad.max(axis=0)).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    border = max(int(np.rint(side * 0.1)), 3)
    left, top, right, bottom = reach()
    cut = (
        max(left - border, 0),
        max(top - border, 0),
        min(right + border, image.size[0]),
        min(bottom + border, image.size[1]),
    )
    if cut[2] - cut[0] < image.size[0] or cut[3] - cut[1] < image.size[1]:
        image = image.crop(cut)
        quad -= cut[0:2]

    left, top, right, bottom = reach()
    pad = (
        max(-left + border, 0),
        max(-top + border, 0),
        max(right - image.size[0] + border, 0),
        max(bottom - image.size[1] + border, 0),
    )
    if max(pad) > border - 4:
        # Python integers, so that the mask stays float32 as it did with the NumPy of 2019.
        pad = [max(missing, int(np.rint(side * 0.3))) for missing in pad]
        pixels = np.pad(np.float32(image), ((pad[1], pad[3]), (pad[0], pad[2]), (0, 0)), "reflect")
        h, w, _ = pixels.shape
        yy, xx, _ = np.ogrid[:h, :w, :1]
        mask = np.maximum(
            1.0 - np.minimum(np.float32(xx) / pad[0], np.float32(w - 1 - xx) / pad[2]),
            1.0 - np.minimum(np.float32(yy) / pad[1], np.float32(h - 1 - yy) / pad[3]),
        )
        blur = side * 0.02
        blurred = scipy.ndimage.gaussian_filter(pixels, [blur, blur, 0])
        pixels += (blurred - pixels) * np.clip(mask * 3.0 + 1.0, 0.0, 1.0)
        pixels += (np.median(pixels, axis=(0, 1)) - pixels) * np.clip(mask, 0.0, 1.0)
        image = PIL.Image.fromarray(np.uint8(np.clip(np.rint(pixels), 0, 255)))
        quad += pad[:2]

    image = image.transform(
        (transform_size, transform_size),
        PIL.Image.Transform.QUAD,
        (quad + 0.5).flatten(),
        PIL.Image.Resampling.BILINEAR,
    )
    if size < transform_size:
        image = image.resize((size, size), PIL.Image.Resampling.LANCZOS)
    return np.asarray(image), corners


def alignments():
    cases = []
    for width, height, centre, span, angle, size in [
        (120, 100, (60, 50), 14, 0.0, 32),  # inside
        (120, 100, (62, 48), 13, 0.5, 32),  # turned
        (90, 70, (20, 30), 16, -0.3, 32),  # over the border: mirrored and faded
        (60, 60, (30, 34), 30, 0.1, 32),  # larger than the photo
        (300, 240, (150, 130), 60, 0.2, 32),  # shrunk by a whole number first
        (200, 160, (20, 20), 40, 1.2, 24),  # shrunk, turned and over the border
    ]:
        image = PIL.Image.fromarray(picture(width, height, 3))
        landmarks = face(centre, span, angle)
        result, corners = ffhq(image, landmarks, size, size * 4)
        cases.append(
            {
                "width": width,
                "height": height,
                "landmarks": landmarks.tolist(),
                "size": size,
                "quad": corners.tolist(),
                "bytes": encode(result),
            }
        )
    return cases


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made_by = f"tools/golden/faces_resampling.py, Pillow {PIL.__version__}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    for name, cases in [("resampling", resampling()), ("ffhq", alignments())]:
        text = json.dumps({"madeBy": made_by, "cases": cases}, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
