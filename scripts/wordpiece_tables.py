#!/usr/bin/env python3
"""Writes Sources/CUnicode/wordpiece_tables.c: what BERT's tokenisation does to each code point.

Its reference is a program, not a version of Unicode: the package `tokenizers` mixes several. So this
asks that package, code point by code point, and checks that what it says of one holds in pairs.
Needs: pip install tokenizers. Run: python3 scripts/wordpiece_tables.py
"""
import pathlib
import unicodedata

import tokenizers
from tokenizers import normalizers, pre_tokenizers

OUT = pathlib.Path(__file__).resolve().parent.parent / "Sources/CUnicode/wordpiece_tables.c"
BLOCK = 64  # as WITAN_WORDPIECE_BLOCK in CUnicode.h

# As in CUnicode.h.
REMOVED, SPACE, HAN, PUNCTUATION, STRIPPED, LOWERED, FOLLOWS = (1 << i for i in range(7))

HANGUL = range(0xAC00, 0xAC00 + 11172)  # decomposed by arithmetic (Unicode, section 3.12)
CODE_POINTS = [cp for cp in range(0x110000) if not 0xD800 <= cp < 0xE000]

cleaned, spaced, stripped, lowered = (
    normalizers.BertNormalizer(*(i == j for j in range(4))).normalize_str for i in range(4))
decomposed = normalizers.NFD().normalize_str
pre_tokenizer = pre_tokenizers.BertPreTokenizer()


def splits(text):
    return [part for part, _ in pre_tokenizer.pre_tokenize_str(text)]


def is_moved(c):
    """Whether canonical ordering moves `c`, a character that is its own decomposition."""
    lowest, highest = "\u0334", "\u0345"  # combining classes 1 and 240
    return c == highest or decomposed(c + lowest) == lowest + c or decomposed(highest + c) == c + highest


def hangul(cp):
    i = cp - 0xAC00
    tail = [0x11A7 + i % 28] if i % 28 else []
    return "".join(map(chr, [0x1100 + i // 588, 0x1161 + i % 588 // 28] + tail))


def flags_of(cp):
    c = chr(cp)
    flags = 0
    clean = cleaned(c)
    if clean == "":
        flags |= REMOVED
    words = splits("a" + c + "b")
    if words == ["a", "b"]:
        flags |= SPACE
        assert clean in ("", " ")
    else:
        assert clean in ("", c)
        if words == ["a", c, "b"]:
            flags |= PUNCTUATION
        else:
            assert words == ["a" + c + "b"]
    if spaced(c) != c:
        assert spaced(c) == f" {c} " and flags == 0
        flags |= HAN
    if stripped(c) != c:
        if cp in HANGUL:
            assert stripped(c) == decomposed(c) == hangul(cp)
        flags |= STRIPPED
    if lowered(c) != c:
        flags |= LOWERED
    return flags


def check_marks(flags, kept, dropped):
    """What the streaming code takes for granted of `FOLLOWS`, the characters that are moved."""
    for c in kept:
        assert flags[ord(c)] == FOLLOWS, hex(ord(c))  # part of a word, whatever the options
        for d in kept:
            swapped = unicodedata.combining(c) > unicodedata.combining(d)
            assert decomposed(c + d) == (d + c if swapped else c + d)
    for cp in CODE_POINTS:
        parts = decomposed(chr(cp))
        if parts == chr(cp):
            continue
        assert stripped(chr(cp)) == "".join(p for p in parts if p not in dropped)
        assert any(flags[ord(p)] & SPACE for p in parts) == bool(flags[cp] & SPACE)
        # A dropped character that ends a run of moved ones stands before them or after a letter.
        last = None
        for p in parts:
            if p in dropped and not flags[ord(p)] & FOLLOWS:
                assert last not in kept
            if p not in dropped:
                last = p


def main():
    flags = {cp: flags_of(cp) for cp in CODE_POINTS}
    moved = {chr(cp) for cp in CODE_POINTS if decomposed(chr(cp)) == chr(cp) and is_moved(chr(cp))}
    for cp in CODE_POINTS:
        if all(c in moved for c in decomposed(chr(cp))):
            flags[cp] |= FOLLOWS
    dropped = {chr(cp) for cp in CODE_POINTS if stripped(chr(cp)) == ""}
    kept = sorted(moved - dropped)
    check_marks(flags, kept, dropped)

    sequences, where = [], {}
    records, record_index = [], {}

    def record_of(cp):
        """(flags, count and place of what stripping leaves, what lower case adds)"""
        if cp not in flags:
            return (0, 0, 0, 0)  # surrogates: no decoder gives one
        c = chr(cp)
        count = place = add = 0
        if flags[cp] & STRIPPED and cp not in HANGUL:
            s = stripped(c)
            if s not in where:
                where[s] = len(sequences)
                sequences.extend(map(ord, s))
            count, place = len(s), where[s]
        if flags[cp] & LOWERED:
            if cp == 0x130:  # the only one that becomes two; CUnicode.h knows
                assert lowered(c) == "i\u0307"
            else:
                add = ord(lowered(c)) - cp
        return (flags[cp], count, place, add)

    index, blocks, seen = [], [], {}
    for start in range(0, 0x110000, BLOCK):
        row = []
        for cp in range(start, start + BLOCK):
            record = record_of(cp)
            if record not in record_index:
                record_index[record] = len(records)
                records.append(record)
            row.append(record_index[record])
        row = tuple(row)
        if row not in seen:
            seen[row] = len(blocks)
            blocks.append(row)
        index.append(seen[row])
    assert max(len(blocks), len(records), len(sequences)) < 1 << 16
    longest = max(count for _, count, _, _ in records)
    assert longest <= 4

    def rows(values, fmt=str):
        return "\n".join(
            "  " + ", ".join(map(fmt, values[i : i + 16])) + "," for i in range(0, len(values), 16))

    with OUT.open("w") as f:
        f.write(f"""// Generated by scripts/wordpiece_tables.py, asking tokenizers {tokenizers.__version__}. Do not edit.
// Derived from Unicode data files, copyright Unicode, Inc., under the Unicode License v3.
#include "CUnicode.h"

const char *const witan_wordpiece_reference = "tokenizers {tokenizers.__version__}";

// [{len(index)}] block of each {BLOCK} code points
const uint16_t witan_wordpiece_index[0x110000 / WITAN_WORDPIECE_BLOCK] = {{
{rows(index)}
}};

// [{len(blocks)}][{BLOCK}] record of each code point
const uint16_t witan_wordpiece_blocks[][WITAN_WORDPIECE_BLOCK] = {{
""")
        for row in blocks:
            f.write("{\n" + rows(row) + "\n},\n")
        f.write(f"""}};

// [{len(records)}] flags, count and place of what stripping leaves, what lower case adds
const witan_wordpiece_record witan_wordpiece_records[] = {{
{rows(records, lambda r: "{%d, %d, %d, %d}" % r)}
}};

// [{len(sequences)}] code points
const uint32_t witan_wordpiece_sequences[] = {{
{rows(sequences, hex)}
}};

// [{len(kept)}] code point << 8 | combining class, in ascending order
const uint32_t witan_wordpiece_marks[] = {{
{rows([ord(c) << 8 | unicodedata.combining(c) for c in kept], hex)}
}};
const uint32_t witan_wordpiece_mark_count = {len(kept)};
""")
    size = 2 * len(index) + 2 * BLOCK * len(blocks) + 8 * len(records) + 4 * len(sequences) + 4 * len(kept)
    print(f"{len(blocks)} blocks, {len(records)} records, {len(sequences)} in sequences, "
          f"{len(kept)} marks that stay: {size} bytes")


if __name__ == "__main__":
    main()
