"""Runs peers as processes of their own, with a time limit, and keeps what is done for --resume."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peers.common import Prediction

HERE = Path(__file__).resolve().parent
# The tool's name in results, and its file in peers/. Witan and fastText are programs; the others are
# packages, which the interpreter of install-peers.sh has.
FILES = {
    "witan": "witan.py",
    "fasttext": "fasttext.py",
    "scikit-learn": "sklearn_linear.py",
    "vw": "vw.py",
    "model2vec": "model2vec_peer.py",
}


class PeerFailed(Exception):
    """A task of a peer ended with an error or took too long; the message says which."""


def without_folders(message: str) -> str:
    """The message with paths cut down to file names: results name no folder of this machine."""
    return re.sub(r"(?<![\w<])/[^\s:'\"]*/", "", message)


class Peers:
    """The tools under test, each driven through its file."""

    def __init__(self, work: Path, program: Path) -> None:
        self.cache = work / "cache"
        self.cache.mkdir(parents=True, exist_ok=True)
        own = HERE / ".build/venv/bin/python"
        self._python = os.environ.get("WITAN_BENCH_PYTHON") or (str(own) if own.exists() else sys.executable)
        one_thread = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
        self._environment = os.environ | {name: "1" for name in one_thread} | {
            "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1", "WITAN_PROGRAM": str(program),
        }  # fmt: skip

    def ask(self, tool: str, task: str, job: dict[str, Any], limit: float) -> dict[str, Any]:
        """The answer of one task. Raises `PeerFailed` after `limit` seconds or on an error."""
        command = [self._python, str(HERE / "peers" / FILES[tool]), task]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self._environment, start_new_session=True,
        )  # fmt: skip
        try:
            output, errors = process.communicate(json.dumps(job | {"cache": str(self.cache)}), timeout=limit)
        except BaseException as stopped:
            os.killpg(process.pid, signal.SIGKILL)  # what it started, too
            process.communicate()
            if isinstance(stopped, subprocess.TimeoutExpired):
                raise PeerFailed(f"{task} took longer than {limit:.0f} s") from None
            raise
        if process.returncode != 0:
            said = [line.strip() for line in errors.splitlines() if line.strip()]
            raise PeerFailed(f"{task}: {without_folders((said or [f'exit {process.returncode}'])[-1])[:300]}")
        return json.loads(output.splitlines()[-1])

    def predict(self, tool: str, model: Path, rows: Path, limit: float) -> list[Prediction]:
        answer = self.ask(tool, "predict", {"model": str(model), "input": str(rows)}, limit)
        return [Prediction(*pair) for pair in zip(answer["labels"], answer["confidences"])]


class Steps:
    """Answers of finished steps, one file each."""

    def __init__(self, folder: Path, resume: bool) -> None:
        self._folder, self._resume = folder, resume
        folder.mkdir(parents=True, exist_ok=True)

    def once(
        self, name: str, job: dict[str, Any], do: Callable[[], Any], needs: tuple[Path, ...] = ()
    ) -> Any:
        """What `do` answered, from an earlier run if that did the same job and left the files of `needs`."""
        path = self._folder / f"{name}.json"
        if self._resume and path.exists():
            kept = json.loads(path.read_text())
            if kept["job"] == job and all(file.exists() for file in needs):
                return kept["answer"]
        answer = do()
        path.write_text(json.dumps({"job": job, "answer": answer}))
        return answer
