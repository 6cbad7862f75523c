"""Every engine recites the scripts under a guard: what goes out, and the token at which it stops, are those of a
guard that is given the same tokens without an engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import scripted_model
import witan

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "models/baseline/model.witan"
EMBEDDINGS = HERE.parent / "models/embeddings/minilm-128.safetensors"
OPTIONS = dict(hold_words=4, windows=[8, 16], rule=witan.Rule(on=0.9))
PROGRAMS = Path(os.environ.get("WITAN_PROGRAMS", "/nowhere"))


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("scripted")
    scripted_model.write_gguf(folder / "scripted.gguf")
    scripted_model.write_tokenizer(folder / "tokenizer.json")
    return folder


@pytest.fixture(scope="session")
def model() -> witan.Model:
    return witan.Model.load(MODEL, EMBEDDINGS)


def wanted(model: witan.Model, prompt: str) -> tuple[str, int, bool]:
    """What goes out, the tokens that are generated, and whether the text is stopped."""
    found, ids = scripted_model.tokens()
    sent = b""
    with model.stream(**OPTIONS) as stream:
        for count, token in enumerate(ids[prompt], 1):
            step = stream.push(found[token])
            sent += step.text
            if step.action == witan.TERMINATE:
                return sent.decode(), count, True
        sent += stream.finish().text
        return sent.decode(), len(ids[prompt]), False


def test_the_scripts_are_one_that_passes_and_one_that_is_stopped(model):
    text, count, stopped = wanted(model, "1")
    assert text == scripted_model.SCRIPTS["1"] and not stopped
    found, ids = scripted_model.tokens()
    halves = [token for token in ids["1"] for token in [found[token]] if token.decode(errors="ignore").encode() != token]
    assert len(halves) >= 4, "characters are to be cut by tokens"
    text, count, stopped = wanted(model, "2")
    assert stopped and count < len(ids["2"]) and scripted_model.SCRIPTS["2"].startswith(text)


@pytest.mark.parametrize("prompt", ["1", "2"])
def test_llama_cpp_python(model, files, prompt):
    pytest.importorskip("llama_cpp")
    text, _, stopped = wanted(model, prompt)
    run = subprocess.run(
        [sys.executable, HERE / "llama_cpp_guard.py", files / "scripted.gguf", prompt, MODEL, EMBEDDINGS],
        capture_output=True, text=True)
    assert run.stdout == text, run.stderr
    assert run.returncode == (1 if stopped else 0)
    assert ("stopped: Reason" in run.stderr) == stopped


@pytest.fixture(scope="session")
def guarded_llama(files):
    pytest.importorskip("llama_cpp")
    os.environ["WITAN_MODEL"], os.environ["WITAN_EMBEDDINGS"] = str(MODEL), str(EMBEDDINGS)
    os.environ["WITAN_GUARD"] = witan.GuardOptions(**OPTIONS).to_json()
    import guarded_llama

    return guarded_llama.GuardedLlama(str(files / "scripted.gguf"), n_ctx=512, verbose=False)


@pytest.mark.parametrize("prompt", ["1", "2"])
@pytest.mark.parametrize("streams", [False, True])
def test_completions_of_a_guarded_llama(model, guarded_llama, prompt, streams):
    text, _, stopped = wanted(model, prompt)
    answer = guarded_llama.create_completion(prompt, max_tokens=400, temperature=0, stream=streams)
    parts = list(answer) if streams else [answer]
    got = "".join(part["choices"][0]["text"] for part in parts)
    # A token goes out when all of its bytes may: the last one may lack the bytes before the next token.
    assert text.startswith(got) and len(text.encode()) - len(got.encode()) < 8
    assert parts[-1]["choices"][0]["finish_reason"] == "stop"
    assert (guarded_llama.last_reason is not None) == stopped
    if not stopped:
        assert got == text


def test_the_server_is_guarded(model, files):
    pytest.importorskip("llama_cpp")
    for name in ("uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings"):
        pytest.importorskip(name)
    import socket

    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    environment = dict(os.environ, WITAN_MODEL=str(MODEL), WITAN_EMBEDDINGS=str(EMBEDDINGS),
                       WITAN_GUARD=witan.GuardOptions(**OPTIONS).to_json())
    server = subprocess.Popen([sys.executable, HERE / "llama_cpp_server.py", files / "scripted.gguf", str(port)],
                              env=environment, stderr=subprocess.PIPE, text=True)
    try:
        def ask(path, body):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/v1/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
            for _ in range(150):
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return answer.read().decode()
                except (urllib.error.URLError, ConnectionError):
                    assert server.poll() is None, server.stderr.read()
                    time.sleep(0.2)
            raise AssertionError("the server does not answer")

        for prompt in ("1", "2"):
            text, _, stopped = wanted(model, prompt)
            answer = json.loads(ask("completions", {"prompt": prompt, "max_tokens": 400, "temperature": 0}))
            got = answer["choices"][0]["text"]
            assert text.startswith(got) and len(text.encode()) - len(got.encode()) < 8
            chat = ask("chat/completions", {"messages": [{"role": "user", "content": prompt}], "max_tokens": 400,
                                            "temperature": 0, "stream": True})
            parts = [json.loads(line[6:]) for line in chat.splitlines() if line.startswith("data: {")]
            streamed = "".join(part["choices"][0]["delta"].get("content") or "" for part in parts)
            assert streamed == got and parts[-1]["choices"][0]["finish_reason"] == "stop"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.parametrize("prompt", ["1", "2"])
@pytest.mark.parametrize("program", ["llama_guard", "llama_sampler"])
def test_programs_in_c(model, files, prompt, program):
    if not (PROGRAMS / program).exists():
        pytest.skip("not built: examples/test.sh builds them")
    text, count, stopped = wanted(model, prompt)
    run = subprocess.run([PROGRAMS / program, files / "scripted.gguf", prompt, MODEL, EMBEDDINGS],
                         capture_output=True, text=True)
    assert run.returncode == (1 if stopped else 0), run.stderr
    assert run.stdout.startswith(text)
    if program == "llama_sampler":
        assert run.stdout == f"{text}\n{count} tokens, action {4 if stopped else 0}\n"


@pytest.mark.parametrize("prompt", ["1", "2"])
def test_transformers(model, files, prompt):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from transformers_guard import Guarded

    embeddings, output = scripted_model.matrices()
    count, width = embeddings.shape
    config = transformers.LlamaConfig(
        vocab_size=count, hidden_size=width, intermediate_size=32, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=512, bos_token_id=0, eos_token_id=0, pad_token_id=0,
        tie_word_embeddings=False)
    llama = transformers.LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, weights in llama.named_parameters():
            weights.fill_(1 if "norm" in name else 0)
        llama.model.embed_tokens.weight.copy_(torch.from_numpy(embeddings))
        llama.lm_head.weight.copy_(torch.from_numpy(output))
    sent: list[str] = []
    guarded = Guarded(model, witan.Vocabulary.load(files / "tokenizer.json"), 1, sent.append, frozenset([0]), **OPTIONS)
    ids = torch.tensor([[int(prompt)]])
    result = llama.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=400, do_sample=False, streamer=guarded,
        stopping_criteria=transformers.StoppingCriteriaList([guarded]))
    text, count, stopped = wanted(model, prompt)
    assert "".join(sent) == text
    assert result.shape[1] - 1 == count + (0 if stopped else 1)  # the end is a token too
    assert (guarded.reason is not None) == stopped


def test_a_guard_in_another_thread_does_not_wait(model):
    """Threads of a server that grade at once: calls release the GIL."""
    done = []
    threads = [threading.Thread(target=lambda: done.append(wanted(model, "2"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(done)) == 1 and len(done) == 4
