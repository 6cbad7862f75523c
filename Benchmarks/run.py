"""Witan side by side with fastText, scikit-learn, Vowpal Wabbit and model2vec: the one command.

    python3 Benchmarks/run.py --data DIR            every set of DIR that is known (see README.md)
    python3 Benchmarks/run.py --data DIR --quick    four sets and small inputs, under five minutes
    python3 Benchmarks/run.py                       two sets made here, which show only that all runs

Results are rows in CSV files (Benchmarks/results; for quick and made ones results/tmp), which
tables.py turns into the tables of the READMEs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import made_sets
import record
import sets
from stages import RACERS, Bench, Plan
from steps import FILES, HERE, PeerFailed, Peers, Steps


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, help="folder of sets as JSONL (default: WITAN_DATA)")
    parser.add_argument("--quick", action="store_true", help="four sets, small inputs, short searches")
    parser.add_argument("--sets", help="only these sets, separated by commas")
    parser.add_argument("--peers", help=f"only these tools of {','.join(FILES)}")
    parser.add_argument("--stages", default="accuracy,speed", help="accuracy, speed or both (default)")
    parser.add_argument("--resume", action="store_true", help="keep what an earlier run has finished")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at once (2); searches run alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--search", type=int, help="seconds of an automatic search (60; quick: 5)")
    parser.add_argument("--results", type=Path, help="folder of the CSV files")
    program = HERE.parent / ".build/release/witan"
    parser.add_argument("--witan", type=Path, default=program, help="the program")
    return parser.parse_args()


def command_line() -> str:
    """The command as anyone would type it: names of folders are this machine's, and left out."""
    words, skip = [], False
    for word in sys.argv[1:]:
        name = word.split("=")[0]
        if skip or name in ("--data", "--results", "--witan", "--resume"):
            skip = not skip and name != "--resume" and "=" not in word
            continue
        words.append(word)
    return " ".join(["python3 Benchmarks/run.py --data DIR", *words])


def choose_sets(options: argparse.Namespace, work: Path) -> tuple[Path, list[str]]:
    """The folder of the data, and the sets of it to measure."""
    given = options.data or (Path(os.environ["WITAN_DATA"]) if os.environ.get("WITAN_DATA") else None)
    if given is None:
        print("no data is given (--data DIR or WITAN_DATA): two small sets are made, to show that all runs")
        return work / "made", made_sets.make(work / "made", options.seed)
    known = sets.QUICK if options.quick else sets.FULL
    asked = options.sets.split(",") if options.sets else known
    chosen = [name for name in asked if not sets.missing(given, name)]
    for name in sorted(set(asked) - set(chosen)):
        print(f"{name}: not in the data folder, left out")
    if not chosen:
        sys.exit(f"error: none of {', '.join(asked)} is in the data folder")
    return given, chosen


def choose_tools(options: argparse.Namespace, peers: Peers) -> dict[str, dict]:
    """The tools that can run here, with version and variants; says why others cannot."""
    asked = options.peers.split(",") if options.peers else list(FILES)
    if strangers := [name for name in asked if name not in FILES]:
        sys.exit(f"error: there is no peer {', '.join(strangers)}; there are {', '.join(FILES)}")
    tools = {}
    for tool in asked:
        try:
            tools[tool] = peers.ask(tool, "describe", {}, 120)
            peers.ask(tool, "prepare", {}, 900)
            print(f"{tool} {tools[tool]['version']}: {', '.join(tools[tool]['variants'])}")
        except PeerFailed as failure:
            tools.pop(tool, None)
            print(f"{tool} is left out: {failure}")
    if not tools:
        sys.exit("error: no tool can run; sh Benchmarks/install-peers.sh installs them")
    return tools


def main() -> None:
    options = arguments()
    began = time.monotonic()
    is_made = options.data is None and not os.environ.get("WITAN_DATA")
    is_short = options.quick or is_made
    work = HERE / ".build/side-by-side" / ("made" if is_made else "quick" if options.quick else "full")
    work.mkdir(parents=True, exist_ok=True)
    data, names = choose_sets(options, work)
    results = options.results or HERE / "results" / ("tmp" if is_short else "")
    peers = Peers(HERE / ".build/side-by-side", options.witan.resolve())
    search = options.search if options.search is not None else 5 if is_short else 60
    short_name = "sst2" if "sst2" in names else names[0]
    long_name = next((name for name in ("imdb", "made_long") if name in names), None)
    plan = Plan(
        seed=options.seed, search_seconds=search, jobs=options.jobs,
        robust=frozenset(("sst2", "made_short") if is_short else ("sst2", "agnews_sub")),
        robust_rows=500 if is_short else 2000,
        racers=tuple(racer for racer in RACERS if not is_short or racer != ("fasttext", "dim100")),
        speed_seconds=0.3 if is_short else 2.0, speed_runs=3 if is_short else 5,
        limit=300 if is_short else 900,
    )  # fmt: skip

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    bench = Bench(
        plan, peers, Steps(work / "steps", options.resume), choose_tools(options, peers), work / "models",
        results, record.facts(options.seed, command_line()), say)  # fmt: skip
    stages = options.stages.split(",")
    splits = {name: sets.split(data, name, work) for name in names}
    if "accuracy" in stages:
        bench.measure(list(splits.values()), [short_name] + ([long_name] if long_name else []))
    if "speed" in stages:
        bench.speed(splits[short_name], splits[long_name] if long_name else None)
    say(f"results are in {os.path.relpath(results)}")


if __name__ == "__main__":
    main()
