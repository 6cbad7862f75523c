"""Writes Sources/Witan/Views/LetterPairs+Table.swift: how probable a letter is after another in English.

Counted in the English files of Sources/CCorpus/background, letters folded to a...z and everything else to
one mark (26), with one added to each count. Values are log probabilities in eighths of a nat.
Run from the root: python3 scripts/letter_pairs.py
"""

from __future__ import annotations

import math
from pathlib import Path

MARK = 26


def symbols(text: str) -> list[int]:
    out = [MARK]
    for c in text.lower():
        symbol = ord(c) - 97 if "a" <= c <= "z" else MARK
        if symbol != MARK or out[-1] != MARK:
            out.append(symbol)
    return out


def main() -> None:
    counts = [[1] * 27 for _ in range(27)]
    for path in sorted(Path("Sources/CCorpus/background").glob("*.txt")):
        if path.stem == "other-languages":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("##") or "\t" not in line:
                continue
            row = symbols(line.split("\t", 1)[1]) + [MARK]
            for a, b in zip(row, row[1:]):
                if (a, b) != (MARK, MARK):
                    counts[a][b] += 1
    rows = [[max(-127, round(8 * math.log(n / sum(row)))) for n in row] for row in counts]
    with open("Sources/Witan/Views/LetterPairs+Table.swift", "w", encoding="utf-8") as out:
        out.write("// Written by scripts/letter_pairs.py; do not edit.\n\nextension LetterPairs {\n")
        out.write("  /// log P(second | first) in eighths of a nat; a...z, then everything else. [27 x 27]\n")
        out.write("  static let logarithms: [Int8] = [\n")
        for row in rows:
            for part in (row[:14], row[14:]):
                out.write("    " + ", ".join(map(str, part)) + ",\n")
        out.write("  ]\n}\n")


if __name__ == "__main__":
    main()
