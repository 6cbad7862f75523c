import pickle
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import witan
from witan import _library
from conftest import EMBEDDINGS, HARMFUL, HARMLESS, MODEL


def test_scores_are_named_columns(model):
    scores = model.score([HARMFUL, HARMLESS])
    assert scores.shape == (2, len(model.outputs)) and scores.dtype == numpy.float32
    assert model.ids[model.any_output] == "any" and model.is_complete
    assert scores[0, model.any_output] > 0.9 > 0.1 > scores[1, model.any_output]
    assert numpy.array_equal(model.score(HARMFUL), scores[0])
    assert all(output.stance == "prohibit" for output in model.outputs[:-1])
    assert model.score([]).shape == (0, len(model.outputs))


def test_without_embeddings_a_model_says_so():
    assert not witan.Model.from_bytes(b"".join([MODEL.read_bytes()])).metadata("no such key")
    with pytest.raises(TypeError, match="path"):
        pickle.dumps(witan.Model.from_bytes(MODEL.read_bytes()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=70))
def test_a_batch_is_what_streams_say(model, texts):
    scores = model.score(texts)
    with model.stream() as stream:
        for row, text in zip(scores, texts):
            stream.reset()
            # The guard would stop a text; what is scored then is its beginning.
            if not stream.push(text).is_ended:
                stream.finish()
                assert numpy.array_equal(row, stream.scores)


def test_an_exchange_is_judged_in_the_light_of_its_prompt(model):
    alone = model.score(["Certainly, here it is."])
    asked = model.score(["Certainly, here it is."], prompts=[HARMFUL])
    assert not numpy.array_equal(alone, asked)
    assert numpy.array_equal(alone, model.score(["Certainly, here it is."], prompts=[None]))
    with pytest.raises(ValueError, match="1 texts, but 2 prompts"):
        model.score(["a"], prompts=["b", "c"])


def test_explanations_name_the_words(model):
    words = model.explain(HARMFUL)
    assert "pensioners" in [word.word for word in sorted(words, key=lambda w: -w.value)[:4]]
    assert all(HARMFUL.encode()[w.start:w.end].decode() == w.word for w in words)
    with pytest.raises(witan.WitanError, match="no output 99"):
        model.explain(HARMFUL, 99)


def test_evidence_names_the_words_without_which_a_text_would_pass(model):
    found = model.evidence(HARMFUL)
    threshold = model.outputs[model.any_output].threshold
    assert found.output == "any" and found.is_flagged and found.flips and found.spans
    assert found.probability == model.score(HARMFUL)[model.any_output] >= threshold > found.remaining
    assert model.score(found.removed(HARMFUL).decode())[model.any_output] == numpy.float32(found.remaining)
    assert all(HARMFUL.encode()[s.start:s.end].decode() == s.text for s in found.spans)
    assert sum(s.share for s in found.spans) == pytest.approx(1, abs=1e-5)
    clean = model.evidence(HARMLESS)
    assert not clean.is_flagged and not clean.spans and clean.removed(HARMLESS) == HARMLESS.encode()
    assert len(model.evidence(HARMFUL, "fraud", limit=1, threshold=0.01).spans) == 1
    assert model.evidence("", "any").spans == ()
    asked = model.evidence("Certainly, here it is.", prompt=HARMFUL)
    exchange = model.score(["Certainly, here it is."], prompts=[HARMFUL])
    assert numpy.float32(asked.probability) == exchange[0][model.any_output]
    for arguments, message in [
        ({"output": "frod"}, "'frod' is no output"), ({"side": "left"}, "'left' is no side"), ({"limit": 0}, "1 or more"),
        ({"threshold": 0.0}, "threshold is 0.0"), ({"threshold": 2.0}, "threshold is 2.0"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.evidence(HARMFUL, **arguments)
    with pytest.raises(witan.WitanError, match="no output 99"):
        model.evidence(HARMFUL, 99)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(HARMFUL.split() + ["\u0000", "na\u00efve", "\U0001f44d\U0001f3fd", "  "]), max_size=40))
def test_evidence_is_what_removing_it_gives(model, words):
    text = " ".join(words)
    found = model.evidence(text, "fraud")
    assert numpy.float32(found.remaining) == model.score(found.removed(text).decode())[model.ids.index("fraud")]
    assert found.is_flagged or not (found.spans or found.flips)


def test_errors_have_codes():
    with pytest.raises(witan.WitanError) as error:
        witan.Model.load("/no/such/file")
    assert error.value.code == "io" and "/no/such/file" in str(error.value)
    with pytest.raises(witan.WitanError) as error:
        witan.Model.from_bytes(b"no model")
    assert error.value.code == "format"
    assert pickle.loads(pickle.dumps(error.value)).code == "format"


def test_threads_share_a_model(model):
    texts = [HARMFUL, HARMLESS] * 40
    wanted = model.score(texts)
    with ThreadPoolExecutor(8) as threads:
        for scores in threads.map(lambda _: model.score(texts), range(32)):
            assert numpy.array_equal(scores, wanted)


def test_calls_release_the_gil(model):
    data = (HARMLESS * 40_000).encode()
    spans = []

    def push():
        with model.stream(rule=witan.Rule(on=1.0), maximum_bytes=1 << 30) as stream:
            # The bare call: what Python does around it would need the GIL.
            call, arguments = _library.library.witan_stream_push, (stream._handle, data, len(data), stream._address)
            ready.wait()
            start = time.perf_counter()
            status = call(*arguments)
            spans.append((start, time.perf_counter()))
            assert status == 0

    ready = threading.Barrier(2)
    threads = [threading.Thread(target=push) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Both were inside at once for most of the time; with the GIL held one would have followed the other.
    (a, b), (c, d) = spans
    assert min(b, d) - max(a, c) > 0.5 * min(b - a, d - c)


def _score(job):
    model, text = job
    return model.score(text)


def test_workers_get_the_model_by_its_path(model):
    again = pickle.loads(pickle.dumps(model))
    assert repr(again) == repr(model) and again.is_complete
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        for scores in workers.map(_score, [(model, HARMFUL)] * 3):
            assert numpy.array_equal(scores, model.score(HARMFUL))
    assert EMBEDDINGS.exists()
