"""Tests of the tables and of the CSV files under them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER))

import record  # noqa: E402
import steps  # noqa: E402
import tables  # noqa: E402

FACTS = {"date": "2030-01-02", "machine": "CPU", "cores": "2", "os": "OS", "seed": "1", "command": "run"}


def row(tool: str, variant: str, name: str, share: float, ece: float | None = 0.1) -> dict[str, object]:
    return {
        "set": name, "tool": tool, "variant": variant, "version": "1", "accuracy": share, "macro_f1": share,
        "ece": ece, "model_bytes": 2_000_000, "train_cpu_seconds": 3.0, "status": "ok",
    }  # fmt: skip


class TableTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_new_row_takes_the_place_of_its_predecessor(self) -> None:
        record.merge(self.folder, "accuracy", [row("witan", "default", "trec", 0.5)], FACTS)
        record.merge(self.folder, "accuracy", [row("vw", "oaa", "trec", 0.25)], FACTS)
        record.merge(self.folder, "accuracy", [row("witan", "default", "trec", 0.75)], FACTS)
        rows = record.read(self.folder / "accuracy.csv")
        self.assertEqual([(r["tool"], r["accuracy"]) for r in rows], [("witan", "0.75"), ("vw", "0.25")])
        self.assertEqual(rows[0]["date"], "2030-01-02")

    def test_rows_are_sets_columns_are_tools_and_the_best_is_bold(self) -> None:
        rows = [
            row("vw", "oaa", "sst2", 0.5), row("witan", "default", "sst2", 0.75),
            row("witan", "default", "trec", 0.25), row("fasttext", "dim100", "sst2", 0.9),
        ]  # fmt: skip
        record.merge(self.folder, "accuracy", rows, FACTS)
        self.assertEqual(
            tables.tables(self.folder)["accuracy"],
            [
                "Test accuracy in %. CPU, 2 cores, OS; 2030-01-02; `run`.", "",
                "| set | Witan | Vowpal Wabbit |", "|---|---:|---:|",
                "| trec | **25.0** | - |", "| sst2 | **75.0** | 50.0 |",
            ],
        )  # fmt: skip

    def test_failed_rows_and_missing_probabilities_are_left_out(self) -> None:
        failed = row("vw", "oaa", "sst2", 0.5) | {"status": "failed: train took longer than 3 s"}
        svc = row("scikit-learn", "svc", "sst2", 0.5, ece=None)
        record.merge(self.folder, "accuracy", [failed, svc, row("witan", "default", "sst2", 0.5)], FACTS)
        found = tables.tables(self.folder)
        self.assertIn("| set | Witan | scikit-learn SVC |", found["accuracy"])
        self.assertIn("| set | Witan |", found["calibration"])
        self.assertIn("| scikit-learn SVC | 50.0 | - | - | 2.0 | 3.0 | - | - |", found["summary"])

    def test_nothing_measured_is_said(self) -> None:
        found = tables.tables(self.folder)
        found.pop("harm")  # of the shipped model's measured.json, not of these results
        for lines in found.values():
            self.assertEqual(lines, ["Not measured yet: `make bench DATA=DIR`."])

    def test_only_marked_text_is_replaced(self) -> None:
        text = "a\n<!-- table: x -->\nold\n\nold\n<!-- /table -->\nb\n<!-- table: y -->\n<!-- /table -->\n"
        new = tables.filled(text, {"x": ["1", "2"], "y": ["3"]})
        self.assertEqual(
            new, "a\n<!-- table: x -->\n1\n2\n<!-- /table -->\nb\n<!-- table: y -->\n3\n<!-- /table -->\n")
        self.assertEqual(tables.filled(new, {"x": ["1", "2"], "y": ["3"]}), new)
        with self.assertRaises(KeyError):
            tables.filled(text, {"x": []})

    def test_the_readmes_say_what_the_results_say(self) -> None:
        done = subprocess.run(
            [sys.executable, str(FOLDER / "tables.py"), "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_messages_lose_their_folders(self) -> None:
        said = steps.without_folders("witan: error: /a/b-c/d.jsonl:1: of w/x")
        self.assertEqual(said, "witan: error: d.jsonl:1: of w/x")


if __name__ == "__main__":
    unittest.main()
