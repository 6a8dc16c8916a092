"""Installs PyTorch for the golden recipes into a virtual environment, CPU only, with little to fetch.

    python3 tools/golden/install-torch.py [folder]        (default: tools/golden/.venv)

The wheel of PyTorch on the package index is linked against the CUDA libraries, which are separate
packages of several GB. A CPU run never calls them, yet the dynamic loader insists on them. So the
wheel is installed without its dependencies, and beside it a few KB of stand-in libraries are
compiled with the same names, whose every function returns "no CUDA device". PyTorch then reports
that CUDA is absent and computes on the CPU. Needs gcc and readelf (binutils).
With --full, pip resolves everything as usual and nothing is replaced.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
CUDA_ERROR_NO_DEVICE = 100
SYSTEM_VERSIONS = re.compile(r"^(GLIBC|GLIBCXX|GCC|CXXABI|GOMP|OMP|LIBC)")
CUDA_NAMES = re.compile(r"^(_*cu|_*nccl|_*nvshmem|_*nvrtc|_*nvml|_*nvJitLink)")
CUDA_LIBRARIES = re.compile(r"^lib(cu(?!da\.)|nv|nccl)")

CHECK = """
import torch
image = torch.randn(1, 2, 4, 4, requires_grad=True)
torch.nn.functional.conv2d(image, torch.randn(2, 2, 3, 3)).sum().backward()
assert image.grad is not None and torch.linalg.inv(torch.eye(3)).shape == (3, 3)
print("PyTorch", torch.__version__, "works on the CPU with", torch.get_num_threads(), "threads")
"""


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def symbols(library):
    """Pairs (name, version, is_defined, type) of the dynamic symbols of one shared library."""
    for line in run("readelf", "--dyn-syms", "-W", library).splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[0].rstrip(":").isdigit():
            name, _, version = fields[7].partition("@")
            yield name, version.lstrip("@"), fields[6] != "UND", fields[3]


def needed(library):
    return re.findall(r"\(NEEDED\).*\[(.+?)\]", run("readelf", "-d", "-W", library))


def missing(folder):
    """Which library names and which symbols of them the installed wheel asks for and does not have."""
    libraries = sorted(folder.glob("*.so*"))
    own = {library.name for library in libraries}
    names = {name for library in libraries for name in needed(library)}
    absent = sorted(name for name in names - own if CUDA_LIBRARIES.match(name))
    everything = [symbol for library in libraries for symbol in symbols(library)]
    defined = {name for name, _, is_defined, _ in everything if is_defined}
    wanted = {(name, version, kind) for name, version, is_defined, kind in everything if not is_defined}
    by_version = collections.defaultdict(dict)
    for name, version, kind in wanted:
        if name not in defined and not SYSTEM_VERSIONS.match(version) and CUDA_NAMES.match(name):
            by_version[version][name] = kind
    return absent, by_version


def library_of(version, absent):
    """A version node of the CUDA libraries is either the library's own name or starts it."""
    if version in absent:
        return version
    prefix = "lib" + (version.lower() or "nccl")
    return next(name for name in absent if name.startswith(prefix))


def compile_stand_in(name, versions, folder):
    with tempfile.TemporaryDirectory() as scratch:
        source, script = pathlib.Path(scratch, "stand-in.c"), pathlib.Path(scratch, "versions.map")
        body, nodes = [], []
        for version, members in versions.items():
            for symbol, kind in sorted(members.items()):
                body.append(f"long {symbol}[64];" if kind == "OBJECT" else f"int {symbol}(void) {{ return {CUDA_ERROR_NO_DEVICE}; }}")
            if version:
                nodes.append(f'"{version}" {{ global: {" ".join(symbol + ";" for symbol in members)} }};')
        source.write_text("\n".join(body) + "\n")
        script.write_text("\n".join(nodes) + "\n")
        extra = [f"-Wl,--version-script={script}"] if nodes else []
        run("gcc", "-w", "-O1", "-fno-builtin", "-shared", "-fPIC", f"-Wl,-soname,{name}", *extra, "-o", folder / name, source)


def add_stand_ins(folder):
    absent, by_version = missing(folder)
    versions_of = collections.defaultdict(dict)
    for version, members in by_version.items():
        versions_of[library_of(version, absent)][version] = members
    for name in absent:
        compile_stand_in(name, versions_of[name], folder)
    return absent


def main(arguments):
    full = "--full" in arguments
    places = [argument for argument in arguments if not argument.startswith("--")]
    target = pathlib.Path(places[0] if places else HERE / ".venv").resolve()
    python = target / "bin" / "python"
    if not python.exists():
        venv.create(target, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, *([] if full else ["--no-deps"]), "-r", HERE / "requirements.txt")
    folder = next(target.glob("lib/python*/site-packages/torch/lib"))
    if not full and missing(folder)[0]:
        print("stand-ins for", ", ".join(add_stand_ins(folder)))
    print(run(python, "-c", CHECK).strip())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"install-torch: expected {' '.join(error.cmd[:4])} to succeed, got:\n{error.stderr}")
