import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import witan
from conftest import EMBEDDINGS, HARMFUL, HARMLESS, ROOT

RULES = {
    "witan_policy": 1, "id": "house", "title": "House", "version": "1.0.0",
    "owner": {"who": "a", "adopted": "b", "contact": "c"},
    "members": [{"name": "grown-ups", "constitution": "baseline"},
                {"name": "debaters", "constitution": "open-inquiry"}],
    "missing": "ask",
    "floor": {"members": "grown-ups", "rules": [{"name": "fraud", "when": "grown-ups/fraud", "then": "hold"}]},
    "layers": [{"name": "house", "members": "grown-ups", "objects": "terminate"}],
    "roles": [{"name": "moderator", "relax": {"house": "emit"}}],
    "user": {"may_relax": {"house": "annotate"}},
}


@pytest.fixture(scope="module")
def panel(model) -> witan.Panel:
    other = witan.Model.load(ROOT / "models/open-inquiry/model.witan", EMBEDDINGS)
    return witan.Panel({"grown-ups": witan.Member(model, model_digest="sha256:00", signer="Ada"), "debaters": other})


def test_each_member_says_what_its_model_says(panel, model):
    verdict = panel.verdict(HARMFUL)
    grown_ups = verdict["grown-ups"]
    assert [opinion.provenance.member for opinion in verdict.opinions] == list(panel.models) == ["grown-ups", "debaters"]
    assert grown_ups.provenance.constitution == "baseline" and grown_ups.provenance.title
    assert (grown_ups.provenance.model_digest, grown_ups.provenance.signer) == ("sha256:00", "Ada")
    assert verdict["debaters"].provenance.signer is None
    assert grown_ups.standing == "objects" and "fraud" in grown_ups.flagged and grown_ups.is_complete
    for name, one in panel.models.items():
        row = one.score(HARMFUL)
        said = [*verdict[name].scores.items(), ("any", verdict[name].any)]
        assert {key: numpy.float32(value) for key, value in said} == dict(zip(one.ids, row))
    assert verdict.decision is None and "grown-ups" in verdict.dissent.objects
    objections = [opinion.objection for opinion in verdict.opinions]
    assert verdict.dissent.spread == pytest.approx(numpy.std(objections), abs=1e-6)
    assert verdict.outcome == ("contested" if verdict.dissent.is_contested else "objected")
    assert panel.verdict(HARMLESS).outcome == "accepted"
    with pytest.raises(KeyError):
        verdict["nobody"]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.lists(st.integers(0, 800), max_size=12))
def test_a_stream_ends_at_the_verdict_of_the_text(panel, text, places):
    data = text.encode("utf-8", "surrogatepass")
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    with panel.stream() as stream:
        for start, end in zip(edges, edges[1:]):
            stream.push(data[start:end])
            stream.scores  # reading changes nothing
        stream.finish()
        assert stream.verdict() == panel.verdict(data)
        for name, one in panel.models.items():
            assert numpy.array_equal(stream.scores[panel.columns[name]], one.score(data))


def test_prompts_and_sides(panel):
    answer = "Certainly, here it is."
    asked = panel.verdict(answer, prompt=HARMFUL)
    assert asked["grown-ups"].side == "exchange" and asked != panel.verdict(answer)
    for name, one in panel.models.items():
        row = one.score([answer], prompts=[HARMFUL])[0]
        assert numpy.float32(asked[name].any) == row[one.any_output]
    assert panel.verdict(answer, side="response")["debaters"].side == "response"
    with panel.stream(prompt=HARMFUL) as stream:
        stream.push(answer)
        stream.finish()
        assert stream.verdict() == asked
        stream.begin()
        stream.push(answer)
        stream.finish()
        assert stream.verdict() == panel.verdict(answer)
    with pytest.raises(ValueError, match="'left' is no side"):
        panel.verdict(answer, side="left")
    with pytest.raises(witan.WitanError, match="EXCHANGE"):
        panel.verdict(answer, prompt=HARMFUL, side="prompt")


def test_a_policy_decides(panel):
    policy = witan.Policy(RULES)
    panel.check(policy)
    decision = panel.verdict(HARMFUL, policy=policy).decision
    assert decision == witan.Decision(witan.TERMINATE, "house", "objects", ("grown-ups",), ())
    relaxed = panel.verdict(HARMFUL, policy=policy.where(role="moderator")).decision
    assert relaxed == witan.Decision(witan.HOLD, "floor", "fraud", ("grown-ups",), ("grown-ups/fraud",))
    stricter = policy.where(user={"tighten": {"floor": "ask"}, "relax": {"house": "annotate"}})
    asked = panel.verdict(HARMFUL, policy=pickle.loads(pickle.dumps(stricter))).decision
    assert asked.action == witan.ASK and asked.adjusted_by == "user"
    assert panel.verdict(HARMLESS, policy=policy).decision.layer == "default"
    with panel.stream() as stream:
        assert stream.action(policy) == witan.EMIT
        stream.push(HARMFUL)
        copy = stream.fork()
        stream.reset()
        assert stream.action(policy) == witan.EMIT and copy.action(policy) == witan.TERMINATE
        assert copy.memory == stream.memory > 1000
        copy.close()


def test_what_does_not_fit_is_refused(panel, model, tmp_path):
    with pytest.raises(witan.WitanError, match=r"did you mean 'moderator'\?"):
        witan.Policy(RULES).where(role="moderater")
    with pytest.raises(witan.WitanError, match="relax.house") as error:
        witan.Policy(RULES, user={"relax": {"house": "emit"}})
    assert error.value.code == "value"
    with pytest.raises(witan.WitanError, match="missing"):
        witan.Policy({key: value for key, value in RULES.items() if key != "missing"})
    path = tmp_path / "policy.json"
    path.write_text(witan.Policy(RULES)._rules.replace("grown-ups/fraud", "grown-ups/froud"))
    with pytest.raises(witan.WitanError, match="did you mean 'fraud'"):
        panel.check(witan.Policy.load(path))
    with pytest.raises(witan.WitanError, match="debaters: is no member"):
        witan.Panel({"grown-ups": model}).check(witan.Policy(RULES))
    with pytest.raises(witan.WitanError, match="two members"):
        witan.Panel([model, model])
    with pytest.raises(witan.WitanError, match="1...256"):
        witan.Panel([])


def test_threads_and_workers_share_a_panel(panel):
    wanted = panel.verdict(HARMFUL)
    with ThreadPoolExecutor(8) as threads:
        for verdict in threads.map(lambda _: panel.verdict(HARMFUL), range(64)):
            assert verdict == wanted
    again = pickle.loads(pickle.dumps(panel))
    assert repr(again) == repr(panel) == "Panel(grown-ups, debaters)" and again.verdict(HARMFUL) == wanted
    unnamed = witan.Panel(list(panel.models.values()))
    assert list(pickle.loads(pickle.dumps(unnamed)).models) == ["baseline", "open-inquiry"]
    assert panel.memory > 1_000_000 and unnamed.output_count == panel.output_count


def test_windows_and_saved_streams(panel):
    with panel.stream(windows=[2, 5]) as stream, panel.stream(windows=[2, 5]) as later:
        for word in (HARMFUL + " " + HARMLESS * 3).split():
            stream.push(word + " ")
            stream.end_word()
        assert (stream.window_scores != stream.scores).any()
        later.resume(stream.save())
        assert numpy.array_equal(later.window_scores, stream.window_scores)
        assert later.verdict() == stream.verdict()
        for one in (stream, later, fork := stream.fork()):
            one.push(HARMFUL)
            one.end_word()
        assert numpy.array_equal(later.window_scores, stream.window_scores)
        assert numpy.array_equal(fork.window_scores, stream.window_scores)
        fork.close()
        saved = stream.save()
    reversed_panel = witan.Panel(dict(reversed(panel.models.items())))
    for other in (panel.stream(), reversed_panel.stream(windows=[2, 5])):
        with other, pytest.raises(witan.WitanError) as error:
            other.resume(saved)
        assert error.value.code == "format"
    with pytest.raises(witan.WitanError):
        panel.stream(windows=[0])


def test_guards_over_panels(panel, model):
    assert len(panel.ids) == panel.output_count and "grown-ups/fraud" in panel.ids
    rules = {"grown-ups/any": witan.Rule(on=0.9, debounce="2/4")}
    text = HARMLESS * 2 + HARMFUL + HARMLESS
    with panel.guarded(rule=None, rules=rules, rewind_tokens=2, windows=[8]) as stream, \
            model.stream(rule=rules["grown-ups/any"], windows=[8]) as alone:
        for start in range(0, len(text), 5):
            stream.push("something else ")
            stream.rewind(1)
            step, wanted = stream.push(text[start:start + 5]), alone.push(text[start:start + 5])
            assert (step.text, step.held, step.action) == (wanted.text, wanted.held, wanted.action)
        assert stream.reason is not None and stream.reason.output == "grown-ups/any"
        assert stream.reason.probability == alone.reason.probability
        assert stream.scores.size == panel.output_count
    with pytest.raises(witan.Terminated):
        list(panel.guard([text]))


def test_a_pool_over_a_panel_takes_another(panel):
    smaller = witan.Panel({"debaters": panel.models["debaters"]})
    text = HARMLESS + HARMFUL + HARMLESS
    with panel.pool(4, windows=[8]) as pool:
        old = pool.open()
        pool.use(smaller)
        new = pool.open()
        with pytest.raises(witan.WitanError):
            pool.use(smaller, rules={"grown-ups/any": witan.Rule()})
        actions = {}
        for start in range(0, len(text), 5):
            pool.push([old, new], [text[start:start + 5]] * 2)
            actions.update((name, step.action) for name, step in pool.step())
        for name, one in ((old, panel), (new, smaller)):
            with one.guarded(windows=[8]) as alone:
                for start in range(0, len(text), 5):
                    wanted = alone.push(text[start:start + 5])
                assert actions[name] == wanted.action and pool.reason(name) == alone.reason
        assert pool.reason(old).output in panel.ids and pool.reason(new).output in smaller.ids
        pool.close_stream(old)
