#!/usr/bin/env python3
"""Compiles the models of the panel benchmark: constitutions of eight principles each, taken from the shipped ones.

    python3 Benchmarks/panel_models.py .build/release/witan FOLDER [--count 20] [--principles 8]

Each is a part of one shipped constitution, chosen and compiled with a seed of its own. Training is short: the cost
of a model depends on its shape and on which rows it has, not on how good it is.
"""
import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

SHIPPED = ["baseline", "flourishing", "open-inquiry", "young-readers", "harm-reduction"]
MODELS = pathlib.Path(__file__).resolve().parent.parent / "models"


def part(source: str, name: str, count: int, seed: int) -> str:
    """The constitution with `count` of its principles, under another id."""
    start = source.index("\nprinciples:\n") + len("\nprinciples:\n")
    before, principles = source[:start], re.split(r"(?m)^(?=  - id: )", source[start:])
    chosen = sorted(random.Random(seed).sample(range(1, len(principles)), count))
    before = re.sub(r"(?m)^id: .*", f"id: {name}", before, count=1)
    return before + principles[0] + "".join(principles[i] for i in chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("witan")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--principles", type=int, default=8)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(options.count):
            shipped = SHIPPED[number % len(SHIPPED)]
            folder = pathlib.Path(temporary, shipped)
            if not folder.exists():
                shutil.copytree(MODELS / shipped, folder)
            name = f"{shipped}-{number}"
            source = (MODELS / shipped / "constitution.yaml").read_text()
            path = folder / f"{name}.yaml"
            path.write_text(part(source, name, options.principles, number + 1))
            run = subprocess.run(
                [options.witan, "compile", path, "-o", options.folder / f"{name}.witan", "--seed", str(number + 1),
                 "--ensemble", "1", "--epochs", "4"], capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(f"{name}: {run.stderr}")
            print(name, flush=True)


main()
