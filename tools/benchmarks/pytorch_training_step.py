"""One MFIM training step in PyTorch, timed on request: the yardstick of `mfim-train bench`.

    python tools/benchmarks/pytorch_training_step.py --exchange FILE [--threads N] [--device cpu]

Speaks JSON lines: commands on stdin, answers on stdout (README.md). The file comes from `mfim-train bench`: the
trainer's config, weights, judging networks and one batch, so that both sides take the same step from the same state.
Variants: a memory layout (nchw, channels-last) x where the style goes (scaled activations, or modulated weights); float64.
"""

import argparse
import pathlib
import resource
import sys
import time

import torch
from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden" / "python"))

from json_lines import serve  # noqa: E402
from training_step.exchange import Exchange, ExchangeError  # noqa: E402
from training_step.training_step import REFERENCE, VARIANTS, TrainingStep  # noqa: E402

KIBIBYTE = 1024
KNOWN = [*VARIANTS, REFERENCE]


def peak_bytes():
    """Largest resident memory of this process so far."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        # Not getrusage: there a process starts with the peak of the one that started it.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * KIBIBYTE
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * KIBIBYTE


class Bench:
    """The variants, each built when it is first asked for."""

    def __init__(self, path, device):
        self.path = path
        self.device = device
        exchange = Exchange(path, device)
        self.batch = exchange.config["batch"]
        self.counts = exchange.counts()
        self.built = {}

    def variant(self, name):
        if name not in KNOWN:
            raise ExchangeError(f"expected a variant of {', '.join(KNOWN)}, got '{name}'")
        if name not in self.built:
            # Read anew, so that afterwards only the variant's own copies are held.
            dtype = torch.float64 if name == REFERENCE else torch.float32
            self.built[name] = TrainingStep(Exchange(self.path, self.device, dtype), VARIANTS[0] if name == REFERENCE else name)
        return self.built[name]

    def settle(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def run(self, variant, number):
        """Takes a step."""
        step = self.variant(variant)
        self.settle()
        start = time.perf_counter()
        terms = step.take(int(number))
        self.settle()
        milliseconds = (time.perf_counter() - start) * 1000
        return {"variant": variant, "step": int(number), "milliseconds": milliseconds, "terms": terms}

    def trial(self, variant, number, path):
        """Takes a step and writes its gradients, and the weights and averages after it."""
        step, gradients = self.variant(variant), {}
        # TF32 is coarser than what is to be shown.
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            terms = step.take(int(number), gradients)
        kinds = {"gradient": gradients, "parameter": step.swapper | step.critic, "average": step.average}
        named = {f"{kind}.{name}": value for kind, values in kinds.items() for name, value in values.items()}
        save_file({name: value.detach().float().contiguous().cpu() for name, value in named.items()}, path)
        return {"variant": variant, "step": int(number), "terms": terms}

    def memory(self):
        on_gpu = {"peakDeviceBytes": torch.cuda.max_memory_reserved()} if self.device.type == "cuda" else {}
        return {"peakBytes": peak_bytes(), **on_gpu}


COMMANDS = {"run": 2, "trial": 3, "memory": 0}


def answer(bench, line):
    command, *words = line.split(" ", 3)
    if COMMANDS.get(command) == len(words):
        return getattr(bench, command)(*words)
    known = "run <variant> <step>, trial <variant> <step> <file>, memory, quit"
    return {"error": f"pytorch_training_step: expected one of {known}, got '{line}'; send a known command"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exchange", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, help="default: what PyTorch chooses")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    arguments = parser.parse_args()
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    # As TensorFlow does: numbers below 1e-38 would be computed a hundred times slower.
    torch.set_flush_denormal(True)
    try:
        bench = Bench(arguments.exchange, arguments.device)
    except ExchangeError as error:
        serve({"error": str(error)}, lambda line: {"error": "no step"})
        return
    hello = {
        "hello": "pytorch-training-step",
        "torch": torch.__version__.partition("+")[0],
        "threads": torch.get_num_threads(),
        "device": str(arguments.device),
        "batch": bench.batch,
        "parameters": bench.counts,
        "variants": KNOWN,
    }
    serve(hello, lambda line: answer(bench, line))


if __name__ == "__main__":
    main()
