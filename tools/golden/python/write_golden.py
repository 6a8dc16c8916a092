"""Writes the golden files.

    python tools/golden/python/write_golden.py --output tools/golden/values [recipe ...]

Values are computed in float64 from inputs that were rounded to float32, so a file holds the true
value of its recipe to float32 precision, and not the rounding of one library.
"""

import argparse
import pathlib

from mfim_golden.augmentation_recipes import augmentation_recipe
from mfim_golden.feature_recipes import FEATURE_RECIPES, WEIGHTS
from mfim_golden.foreign_recipes import FOREIGN_RECIPES
from mfim_golden.loss_recipes import losses_recipe
from mfim_golden.network_recipes import NETWORK_RECIPES
from mfim_golden.objective_recipes import OBJECTIVE_RECIPES
from mfim_golden.operation_recipes import operations_recipe

RECIPES = {**NETWORK_RECIPES, "operations": operations_recipe, "losses": losses_recipe, "augmentation": augmentation_recipe, **OBJECTIVE_RECIPES, **FOREIGN_RECIPES, **FEATURE_RECIPES}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("recipes", nargs="*", help=f"some of {', '.join(RECIPES)}; default all")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.recipes if name not in RECIPES]
    if unknown:
        parser.error(f"expected recipes among {', '.join(RECIPES)}, got {', '.join(unknown)}")
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.recipes or RECIPES:
        if name in FEATURE_RECIPES and not WEIGHTS.exists():
            print(f"{name}: left out, its published weights are not at {WEIGHTS}")
            continue
        path = arguments.output / f"{name}.safetensors"
        RECIPES[name]().write(path)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
