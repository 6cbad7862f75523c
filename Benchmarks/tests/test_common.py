"""Tests of what all peers share. Run: python3 -m unittest discover Benchmarks/tests"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from peers import common  # noqa: E402


class ReadingTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_rows_survive_writing_and_reading(self) -> None:
        rows = [common.Row("two\nlines, \u00fc \u200b", "a b"), common.Row("", "2")]
        common.write_rows(self.folder / "rows.jsonl", rows)
        self.assertEqual(common.read_rows(self.folder / "rows.jsonl"), rows)

    def test_packed_files_are_unpacked(self) -> None:
        with gzip.open(self.folder / "rows.jsonl.gz", "wt") as out:
            out.write(json.dumps({"text": "a", "label": 1}) + "\n\n")
        self.assertEqual(common.read_rows(self.folder / "rows.jsonl.gz"), [common.Row("a", "1")])

    def test_a_bad_line_is_named(self) -> None:
        (self.folder / "rows.jsonl").write_text('{"text": "a", "label": "b"}\n{"text": "a"}\n')
        with self.assertRaisesRegex(ValueError, r"^rows\.jsonl:2: not an object with text and label"):
            common.read_rows(self.folder / "rows.jsonl")

    def test_about_a_tenth_is_held_out_and_always_the_same(self) -> None:
        held = [text for text in map(str, range(5000)) if common.is_held_out(text)]
        self.assertTrue(400 < len(held) < 600, len(held))
        self.assertEqual(held[:3], ["15", "22", "53"])

    def test_lines_of_words(self) -> None:
        self.assertEqual(common.tokenized("  Don't stop:\nNOW! "), "don ' t stop : now !")
        self.assertEqual(common.one_line(" a\t\nb \u2028 c "), "a b c")


class MeasureTests(unittest.TestCase):
    def test_accuracy(self) -> None:
        self.assertEqual(common.accuracy(["a", "b", "a", "c"], ["a", "b", "b", "c"]), 0.75)
        with self.assertRaisesRegex(ValueError, "1 predictions for 2 rows"):
            common.accuracy(["a", "b"], ["a"])

    def test_macro_f1_is_over_the_labels_of_the_truth(self) -> None:
        # a: precision 1/2, recall 1, F1 2/3; b: precision 1, recall 1/3, F1 1/2; c is only predicted.
        found = common.macro_f1(["a", "b", "b", "b"], ["a", "a", "b", "c"])
        self.assertAlmostEqual(found, (2 / 3 + 1 / 2) / 2)

    def test_calibration_error(self) -> None:
        self.assertAlmostEqual(common.calibration_error([1.0, 1.0], [True, True]), 0)
        self.assertAlmostEqual(common.calibration_error([0.9, 0.9], [True, False]), 0.4)
        # Gaps of one bin cancel, those of two add up.
        self.assertAlmostEqual(common.calibration_error([0.5, 0.5], [True, False]), 0)
        self.assertAlmostEqual(common.calibration_error([0.6, 0.9], [True, False]), (0.4 + 0.9) / 2)


class AttackTests(unittest.TestCase):
    text = "A quick test: say how this moves, please, over there"

    def test_attacks_depend_on_text_and_seed_alone(self) -> None:
        for attack in common.ATTACKS:
            changed = common.attacked(self.text, attack, 1)
            self.assertEqual(changed, common.attacked(self.text, attack, 1), attack)
            if attack in ("leet", "zero_width", "homoglyph", "case_swap"):
                self.assertNotEqual(changed, common.attacked(self.text, attack, 2), attack)

    def test_each_attack_does_what_it_says(self) -> None:
        changed = {attack: common.attacked(self.text, attack, 1) for attack in common.ATTACKS}
        self.assertEqual(changed["clean"], self.text)
        self.assertEqual(common.attacked("bad day", "spaced", 1), "b a d   d a y")
        self.assertEqual(base64.b64decode(changed["base64"]).decode(), self.text)
        self.assertEqual(changed["case_swap"].lower(), self.text.lower())
        visible = "".join(c for c in changed["zero_width"] if c not in "\u200b\u200c\u200d\u2060")
        self.assertEqual(visible, self.text)
        self.assertTrue(len(changed["zero_width"]) > len(self.text))
        for attack in ("leet", "homoglyph"):
            self.assertEqual(len(changed[attack]), len(self.text))
            same = sum(a == b for a, b in zip(changed[attack], self.text))
            self.assertTrue(0.5 < same / len(self.text) < 0.95, attack)
        self.assertTrue(any("\u0400" <= c <= "\u04ff" for c in changed["homoglyph"]))


if __name__ == "__main__":
    unittest.main()
