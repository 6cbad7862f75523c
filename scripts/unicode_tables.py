#!/usr/bin/env python3
"""Writes Sources/CUnicode/fold_tables.c: how each code point above ASCII is folded and classed.

Sources: ICU's NFKC_Casefold and confusable skeletons (UTS #39), and Debian's copy of the Unicode
Character Database for categories, scripts and properties; both must be of one Unicode version.
Needs: apt-get install python3-icu unicode-data. Run: /usr/bin/python3 scripts/unicode_tables.py
"""
import pathlib
import re
import sys

import icu

UCD = pathlib.Path("/usr/share/unicode")
OUT = pathlib.Path(__file__).resolve().parent.parent / "Sources/CUnicode/fold_tables.c"

SPACE, WORD, IDEOGRAPH, SYMBOL, APOSTROPHE = range(5)
KIND_SELF, KIND_ONE, KIND_MANY, KIND_DROP = range(4)

NO_SPACE_SCRIPTS = {
    "Han", "Hiragana", "Katakana", "Bopomofo", "Yi", "Thai", "Lao", "Khmer", "Myanmar",
    "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet", "Javanese", "Balinese", "Tangut", "Nushu",
}
# Scripts whose letters are taken for Latin ones; folding others would only garble their words.
CONFUSABLE_SCRIPTS = {
    "Latin", "Greek", "Cyrillic", "Armenian", "Cherokee", "Coptic", "Lisu", "Georgian", "Common",
}
QUOTES = {c: "'" for c in "‘’‚‛′ʹʼʻˈ＇`´"} | {c: '"' for c in "“”„‟″«»❝❞＂"}
DASHES = {c: "-" for c in "‐‑‒–—―−﹘﹣－"}


def ranges(name, wanted=None):
    """Yields (first, last, value) of a UCD property file."""
    for line in (UCD / name).read_text(encoding="utf-8").splitlines():
        m = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
        if m and (wanted is None or m[3] == wanted):
            yield int(m[1], 16), int(m[2] or m[1], 16), m[3]


def spread(name, wanted=None):
    return {cp: v for a, b, v in ranges(name, wanted) for cp in range(a, b + 1)}


SCRIPT = spread("Scripts.txt")
IGNORABLE = spread("DerivedCoreProperties.txt", "Default_Ignorable_Code_Point")
WHITE = spread("PropList.txt", "White_Space")
nfkc_cf = icu.Normalizer2.getNFKCCasefoldInstance()
nfd = icu.Normalizer2.getNFDInstance()
nfc = icu.Normalizer2.getNFCInstance()
spoof = icu.SpoofChecker()


def category(c):
    return icu.Char.charType(c)


MARKS = {icu.UCharCategory.NON_SPACING_MARK, icu.UCharCategory.ENCLOSING_MARK}
ALL_MARKS = MARKS | {icu.UCharCategory.COMBINING_SPACING_MARK}
LETTERS = {
    icu.UCharCategory.UPPERCASE_LETTER, icu.UCharCategory.LOWERCASE_LETTER,
    icu.UCharCategory.TITLECASE_LETTER, icu.UCharCategory.MODIFIER_LETTER,
    icu.UCharCategory.OTHER_LETTER,
}
NUMBERS = {
    icu.UCharCategory.DECIMAL_DIGIT_NUMBER, icu.UCharCategory.LETTER_NUMBER,
    icu.UCharCategory.OTHER_NUMBER,
}
SPACES = {
    icu.UCharCategory.SPACE_SEPARATOR, icu.UCharCategory.LINE_SEPARATOR,
    icu.UCharCategory.PARAGRAPH_SEPARATOR, icu.UCharCategory.CONTROL_CHAR,
}


def strippable(c):
    # Accents, overlays, points and enclosing rings go; vowel signs (class 0 of a script), nuktas,
    # kana voicing and viramas (7 to 9) stay.
    combining = icu.Char.getCombiningClass(c)
    stays = combining in (7, 8, 9) or (combining == 0 and SCRIPT.get(ord(c)) != "Inherited")
    return category(c) in MARKS and not stays


def strip_marks(s):
    return nfc.normalize("".join(c for c in nfd.normalize(s) if not strippable(c)))


def skeleton(c):
    """The ASCII letters that `c` is taken for, lower case, or None."""
    if SCRIPT.get(ord(c), "Unknown") not in CONFUSABLE_SCRIPTS or category(c) not in LETTERS:
        return None
    for form in (c, c.upper()):
        s = strip_marks(spoof.getSkeleton(0, form)).lower().replace("rn", "m")
        if s and all("a" <= x <= "z" for x in s):
            return s
    return None


def fold(cp):
    """The folded string of one code point; None when it is dropped."""
    c = chr(cp)
    if 0x1F110 <= cp <= 0x1F129:
        return chr(ord("a") + cp - 0x1F110)
    for base in (0x1F150, 0x1F170, 0x1F1E6):  # negative circled, negative squared, regional
        if base <= cp < base + 26:
            return chr(ord("a") + cp - base)
    if c in QUOTES:
        return QUOTES[c]
    if c in DASHES:
        return DASHES[c]
    if cp in WHITE or category(c) in SPACES:
        return " "
    if cp in IGNORABLE:
        return None
    s = strip_marks(nfkc_cf.normalize(c))
    out = []
    for x in s:
        if ord(x) < 0x80:
            out.append(x)
            continue
        digit = icu.Char.digit(x, 10)
        out.append(str(digit) if digit >= 0 else (QUOTES.get(x) or DASHES.get(x) or skeleton(x) or x))
    return "".join(out) or None


def class_of(c):
    cp = ord(c)
    if c == "'":
        return APOSTROPHE
    if cp in WHITE or category(c) in SPACES:
        return SPACE
    kind = category(c)
    if kind in LETTERS or kind in NUMBERS or kind in ALL_MARKS:
        return IDEOGRAPH if SCRIPT.get(cp) in NO_SPACE_SCRIPTS else WORD
    return SYMBOL


def main():
    version = (UCD / "CaseFolding.txt").read_text().split("\n")[0].split("-")[1].removesuffix(".txt")
    if not version.startswith(icu.UNICODE_VERSION):
        sys.exit(f"ICU speaks Unicode {icu.UNICODE_VERSION}, the database {version}")
    sequences, where = [], {}

    def entry(cp):
        if 0xD800 <= cp < 0xE000:
            return SYMBOL << 28
        s = fold(cp)
        if s is None:
            return KIND_DROP << 24
        if s == chr(cp):
            return class_of(s) << 28 | KIND_SELF << 24
        if len(s) == 1:
            return class_of(s) << 28 | KIND_ONE << 24 | ord(s)
        if s not in where:
            where[s] = len(sequences)
            sequences.extend(class_of(c) << 24 | ord(c) for c in s)
        return KIND_MANY << 24 | len(s) << 16 | where[s]

    pages, index, seen = [], [], {}
    for page in range(0x1100):
        row = tuple(entry(page * 256 + i) if page * 256 + i >= 0x80 else 0 for i in range(256))
        if row not in seen:
            seen[row] = len(pages)
            pages.append(row)
        index.append(seen[row])
    assert len(sequences) < 1 << 16 and len(pages) < 256
    ascii_symbols = []
    for cp in range(128):
        c = chr(cp).lower()
        kind = SPACE if cp < 33 or cp == 127 else APOSTROPHE if c in "'`" else WORD if c.isalnum() else SYMBOL
        ascii_symbols.append(kind << 24 | (39 if kind == APOSTROPHE else ord(c)))

    def rows(values, fmt):
        return "\n".join(
            "  " + ", ".join(fmt(v) for v in values[i : i + 12]) + "," for i in range(0, len(values), 12))

    hexa = lambda v: f"0x{v:X}"
    with OUT.open("w") as f:
        f.write(f"""// Generated by scripts/unicode_tables.py from Unicode {version} (ICU {icu.ICU_VERSION}). Do not edit.
// Derived from Unicode data files, copyright Unicode, Inc., under the Unicode License v3.
#include "CUnicode.h"

const char *const witan_unicode_version = "{version}";

// [128] symbol of each ASCII byte: class << 24 | folded code point
const uint32_t witan_ascii_symbols[128] = {{
{rows(ascii_symbols, hexa)}
}};

// [0x1100] page of each block of 256 code points
const uint8_t witan_fold_index[0x1100] = {{
{rows(index, str)}
}};

// [{len(pages)}][256] entries: class << 28 | kind << 24 | payload
const uint32_t witan_fold_pages[][256] = {{
""")
        for row in pages:
            f.write("{\n" + rows(row, hexa) + "\n},\n")
        f.write(f"""}};

// [{len(sequences)}] symbols of the foldings to more than one code point
const uint32_t witan_fold_sequences[] = {{
{rows(sequences, hexa)}
}};
""")
    print(f"Unicode {version}: {len(pages)} pages, {len(sequences)} sequence symbols")


if __name__ == "__main__":
    main()
