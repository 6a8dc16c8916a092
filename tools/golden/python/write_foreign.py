"""Writes weight files as other projects write them, and what their networks compute, for the tests of `mfim import`.

    python tools/golden/python/write_foreign.py --output FOLDER [--full] [name ...]

NAME.pt or NAME.pkl is the file; NAME.npz has `input.*` and `output.*` in PyTorch's layouts. Weights are random. Small networks,
computed in float64; with --full those of the published sizes.
"""

import argparse
import pathlib

import numpy

from mfim_golden.foreign.basis_files import BASIS_FILES
from mfim_golden.foreign.network_files import NETWORK_FILES
from mfim_golden.foreign.psp_files import PSP_FILES
from mfim_golden.foreign.stylegan_files import STYLEGAN_FILES

FILES = {**NETWORK_FILES, **BASIS_FILES, **STYLEGAN_FILES, **PSP_FILES}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(FILES)}; default all")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in FILES]
    if unknown:
        parser.error(f"expected names among {', '.join(FILES)}, got {', '.join(unknown)}")
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or FILES:
        golden = FILES[name](arguments.output, arguments.full)
        numpy.savez(arguments.output / f"{name}.npz", **{key: tensor.float().numpy() for key, tensor in golden.items()})
        print(name)


if __name__ == "__main__":
    main()
