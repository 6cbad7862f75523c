"""Writes the tables of README.md and Benchmarks/README.md from the CSV files of Benchmarks/results.

    python3 Benchmarks/tables.py            rewrites what stands between table: NAME and /table
    python3 Benchmarks/tables.py --check    changes nothing; fails where a README differs
    python3 Benchmarks/tables.py --print    only prints the tables
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import record

ROOT = Path(__file__).resolve().parent.parent
READMES = (ROOT / "README.md", ROOT / "Benchmarks/README.md")
Row = Mapping[str, str]

# Columns in this order; a tool that a file does not have gets none.
NAMES = {
    ("witan", "default"): "Witan",
    ("witan", "ngrams"): "Witan, n-grams alone",
    ("witan", "autotune"): "Witan, searched",
    ("fasttext", "fixed"): "fastText",
    ("fasttext", "dim100"): "fastText, 100 dims",
    ("fasttext", "autotune"): "fastText, searched",
    ("scikit-learn", "logreg"): "scikit-learn LR",
    ("scikit-learn", "svc"): "scikit-learn SVC",
    ("vw", "oaa"): "Vowpal Wabbit",
    ("model2vec", "256"): "model2vec 256",
    ("model2vec", "128"): "model2vec 128",
}
# 100 dimensions are trained for the speed inputs only.
_ON_ALL_SETS = [tool for tool in NAMES if tool != ("fasttext", "dim100")]
SETS = (
    "trec", "sst2", "tweeteval_offensive", "sms_spam", "banking77", "agnews_sub", "davidson_hate",
    "newsgroups20", "imdb",
)  # fmt: skip


def caption(what: str, rows: Sequence[Row]) -> str:
    """What a table shows, and where, when and by which command it was measured."""
    dates = sorted({row["date"] for row in rows})
    machines = sorted({f"{row['machine']}, {row['cores']} cores, {row['os']}" for row in rows})
    commands = sorted({row["command"] for row in rows})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return f"{what} {'; '.join(machines)}; {when}; {', '.join(f'`{c}`' for c in commands)}."


def grid(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in body]


def by_set(
    rows: Sequence[Row], column: str, show: Callable[[float], str], what: str, best: Callable | None
) -> list[str]:
    """A line for each set, a column for each tool; the best of a line is bold."""
    used = [row for row in rows if _is_ok(row) and row[column]]
    measured = {(r["set"], (r["tool"], r["variant"])): float(r[column]) for r in used}
    tools = [tool for tool in _ON_ALL_SETS if any(key[1] == tool for key in measured)]
    names = sorted({key[0] for key in measured}, key=lambda n: (SETS.index(n) if n in SETS else 99, n))
    body = []
    for name in names:
        cells = {tool: show(measured[name, tool]) for tool in tools if (name, tool) in measured}
        top = show(best(measured[name, tool] for tool in cells)) if best else None
        body.append([name] + [f"**{c}**" if (c := cells.get(t, "-")) == top else c for t in tools])
    return [caption(what, used), "", *grid(["set", *(NAMES[tool] for tool in tools)], body)]


def summary(accuracy: Sequence[Row], robustness: Sequence[Row], speed: Sequence[Row]) -> list[str]:
    """A line for each tool over the sets that all tools of the table finished."""
    done = {(r["set"], (r["tool"], r["variant"])): r for r in accuracy if _is_ok(r)}
    tools = [tool for tool in _ON_ALL_SETS if any(key[1] == tool for key in done)]
    common = [n for n in sorted({key[0] for key in done}) if all((n, tool) in done for tool in tools)]
    rates = {(r["input"], (r["tool"], r["variant"])): r for r in speed if _is_ok(r)}
    attacks = [name for name in dict.fromkeys(r["attack"] for r in robustness) if name != "clean"]
    under: dict[tuple[str, str], list[float]] = {}
    for r in robustness:
        if r["attack"] in attacks:
            under.setdefault((r["tool"], r["variant"]), []).append(float(r["accuracy"]))
    body = []
    for tool in tools:
        rows = [done[name, tool] for name in common]
        errors = [float(r["ece"]) for r in rows if r["ece"]]
        cells = [NAMES[tool]]
        cells += [percent(statistics.mean(float(r["accuracy"]) for r in rows)) if rows else "-"]
        cells += [percent(statistics.mean(errors)) if errors else "-"]
        is_whole = len(under.get(tool, [])) == max(map(len, under.values()), default=0) > 0
        cells += [percent(statistics.mean(under[tool])) if is_whole else "-"]
        cells += [f"{statistics.median(float(r['model_bytes']) for r in rows) / 1e6:.1f}" if rows else "-"]
        cells += [f"{statistics.median(float(r['train_cpu_seconds']) for r in rows):.1f}" if rows else "-"]
        for kind in ("short", "long"):
            cells += [_rate(rates[kind, tool]["mb_per_second"]) if (kind, tool) in rates else "-"]
        body.append(cells)
    head = [
        "tool", "accuracy %", "calibration error %", "under attack %", "model MB", "training CPU s",
        "MB/s short", "MB/s long",
    ]  # fmt: skip
    what = (
        f"Means over {len(common)} sets ({', '.join(common)}), medians of size and training; accuracy under "
        f"{len(attacks)} attacks on {' and '.join(sorted({r['set'] for r in robustness})) or 'no set'}; "
        "scoring on one core, loading excluded."
    )
    used = [done[name, tool] for name in common for tool in tools] or list(accuracy)
    return [caption(what, used), "", *grid(head, body)]


def robust(rows: Sequence[Row]) -> list[str]:
    """A line for each set and tool, a column for each attack."""
    attacks = list(dict.fromkeys(r["attack"] for r in rows))
    found = {(r["set"], (r["tool"], r["variant"]), r["attack"]): float(r["accuracy"]) for r in rows}
    body = []
    for name in sorted({r["set"] for r in rows}):
        for tool in _ON_ALL_SETS:
            if (name, tool, "clean") in found:
                cells = [percent(found[name, tool, a]) if (name, tool, a) in found else "-" for a in attacks]
                body.append([f"{name}: {NAMES[tool]}", *cells])
    what = "Test accuracy in % when the texts are changed (at most the first 2,000 rows)."
    return [caption(what, rows), "", *grid(["set and tool", *(a.replace("_", " ") for a in attacks)], body)]


def speeds(rows: Sequence[Row]) -> list[str]:
    """A line for each input and tool."""
    body = []
    for kind in ("short", "long"):
        for tool, name in NAMES.items():
            for r in rows:
                if _is_ok(r) and (r["input"], r["tool"], r["variant"]) == (kind, *tool):
                    latency = f"{float(r['latency_microseconds']):.0f}" if r["latency_microseconds"] else "-"
                    body.append([
                        f"{kind} ({r['set']}): {name}", _rate(r["mb_per_second"]),
                        f"{_rate(r['lowest'])} to {_rate(r['highest'])}",
                        f"{float(r['microseconds_per_text']):.1f}", latency,
                        f"{float(r['load_seconds']):.2f}", f"{int(r['bytes']) / 1e6:.1f}",
                    ])  # fmt: skip
    head = [
        "input and tool", "MB/s", "lowest to highest", "µs a text", "µs a text, one by one", "load s",
        "MB scored",
    ]  # fmt: skip
    runs = sorted({r["runs"] for r in rows if _is_ok(r)})
    what = f"Bulk scoring on one core, loading excluded; medians of {' or '.join(runs)} runs, tools in turns."
    return [caption(what, [r for r in rows if _is_ok(r)]), "", *grid(head, body)]


def streaming(rows: Sequence[Row]) -> list[str]:
    """The streaming benchmark's rows in nanoseconds."""
    body = [
        [row["what"], f"{int(row['nanoseconds']):,} ns ({row['ratio']} x)"] for row in rows if row["ratio"]
    ]
    return grid(["", "per 4- to 5-byte chunk"], body)


def harm(measured: Mapping) -> list[str]:
    """What scripts/measure_harm.py found of the shipped constitution."""
    names = ", ".join(s["name"].removesuffix("/test") for s in measured["sets"])
    count = sum(d["n"] for d in measured["benign"] if d["name"].startswith("benign_prompts"))
    rows = [
        [f"mean AUROC of `any` on {names} against {count:,} benign prompts", f"{measured['mean_auroc']:.3f}"],
        ["mean recall at 5 % false positives", f"{measured['mean_recall_at_5_fpr']:.3f}"],
        [
            "the same mean AUROC without the shared table of word-piece vectors",
            f"{measured['mean_auroc_without_embeddings']:.3f}",
        ],
    ]  # fmt: skip
    rows += [[f"{pair['name']} (AUROC)", f"{pair['auroc']:.3f}"] for pair in measured["pairs"]]
    rows += [
        [f"false positives at the model's threshold, {d['name'].removeprefix('benign_prompts/all:')}",
         f"{percent(d['fpr'])} %"]
        for d in measured["benign"]
    ]  # fmt: skip
    return grid(["", "figure"], rows)


def percent(share: float) -> str:
    return f"{share * 100:.1f}"


def _rate(mb_per_second: str) -> str:
    value = float(mb_per_second)
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _is_ok(row: Row) -> bool:
    return row["status"] == "ok"


def tables(results: Path) -> dict[str, list[str]]:
    """The lines of every table, by name."""
    accuracy = record.read(results / "accuracy.csv")
    robustness = record.read(results / "robustness.csv")
    speed = record.read(results / "speed.csv")
    absent = ["Not measured yet: `make bench DATA=DIR`."]
    ok = [row for row in accuracy if _is_ok(row)]
    sets: dict[str, tuple[str, Callable[[float], str], str, Callable | None]] = {
        "accuracy": ("accuracy", percent, "Test accuracy in %.", max),
        "macro-f1": ("macro_f1", percent, "Macro F1 in %.", max),
        "calibration": ("ece", percent, "Expected calibration error in %, 15 bins; less is better.", min),
        "size": ("model_bytes", lambda n: f"{n / 1e6:.2f}", "Model on disk in MB.", min),
        "training": ("train_cpu_seconds", lambda s: f"{s:.1f}", "CPU seconds of training, all threads.", min),
    }
    out = {name: by_set(ok, *about) if ok else absent for name, about in sets.items()}
    out["summary"] = summary(ok, robustness, speed) if ok else absent
    out["robustness"] = robust(robustness) if robustness else absent
    out["speed"] = speeds(speed) if any(map(_is_ok, speed)) else absent
    chunks = record.read(results / "streaming.csv")
    out["streaming"] = streaming(chunks) if chunks else absent
    out["harm"] = harm(json.loads((ROOT / "models/baseline/measured.json").read_text()))
    return out


def filled(text: str, contents: Mapping[str, Sequence[str]]) -> str:
    """The text with every marked table replaced. Raises `KeyError` for a name that is no table."""

    def block(match: re.Match[str]) -> str:
        return "\n".join([match[1], *contents[match[2]], match[3]])

    return re.sub(r"(<!-- table: (\S+) -->)\n.*?(<!-- /table -->)", block, text, flags=re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description="Tables of the READMEs from the results.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail where a README differs")
    parser.add_argument("--print", action="store_true", help="only print the tables")
    parser.add_argument("--results", type=Path, default=ROOT / "Benchmarks/results")
    options = parser.parse_args()
    contents = tables(options.results)
    if options.print:
        print("\n\n".join("\n".join([f"{name}:", *lines]) for name, lines in contents.items()))
        return
    stale = []
    for path in READMES:
        text = path.read_text(encoding="utf-8")
        if (new := filled(text, contents)) != text:
            stale.append(path.relative_to(ROOT))
            if not options.check:
                path.write_text(new, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'differs from the results; run' if options.check else 'rewritten by'} "
              "python3 Benchmarks/tables.py")  # fmt: skip
    if stale and options.check:
        sys.exit(1)


if __name__ == "__main__":
    main()
