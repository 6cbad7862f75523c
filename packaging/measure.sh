#!/bin/sh
# The figures of docs/embedding.md, after `make test-library`: what C and Python add to a push, what starting
# costs, and an hour of a busy server. Usage: packaging/measure.sh
set -eu
cd "$(dirname "$0")/.."
out=.build/library
model=models/baseline/model.witan
table=models/embeddings/minilm-128.safetensors
includes=
for target in CWitan CKernels CUnicode CBLAS CHandles; do
  includes="$includes -Xcc -fmodule-map-file=.build/release/$target.build/module.modulemap -Xcc -ISources/$target/include"
done
swiftc -O -static-stdlib -I .build/release/Modules $includes packaging/tests/overhead.swift \
  $(tr -d "\"'" < .build/release/witan-c.product/Objects.LinkFileList) -lblas -llapack -o "$out/overhead" 2>/dev/null
for i in 1 2 3; do "$out/overhead" "$model"; done
printf 'int main(void) { return 0; }\n' > "$out/empty.c"
printf '#include <witan.h>\nint main(void) { return witan_abi_version() != WITAN_ABI_VERSION; }\n' > "$out/linked.c"
cc -O2 "$out/empty.c" -o "$out/empty"
cc -O2 -ISources/CWitan/include "$out/linked.c" -o "$out/linked" -L"$out" -lwitan -Wl,-rpath,"$PWD/$out"
python3 - "$out" "$model" <<'PYTHON'
import statistics, subprocess, sys, time
out, model = sys.argv[1:]
def start(*command):
    times = []
    for _ in range(100):
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(1e3 * (time.perf_counter() - begin))
    return min(times), statistics.median(times)
empty = start(f"{out}/empty")
for name, command in {"library": [f"{out}/linked"], "library, model and first push": [f"{out}/start", model, ""]}.items():
    some = start(*command)
    print(f"start of {name}: {some[0] - empty[0]:.2f} ms (smallest), {some[1] - empty[1]:.2f} ms (median of 100)")
PYTHON
"$out/venv/bin/python" - "$model" "$table" <<'PYTHON'
import statistics, sys, time
import witan
tokens = [b"The ", b"old ", b"mill", b"er ", b"baked ", b"br", b"ead ", b", and"] * 64
for table in (None, sys.argv[2]):
    model = witan.Model.load(sys.argv[1], table)
    stream = model.stream(rule=witan.Rule(on=1.0))
    pool = model.pool(1000, rule=witan.Rule(on=1.0))
    names = [pool.open() for _ in range(1000)]
    def one():
        for token in tokens: stream.push(token)
    def many(): stream.push_all(tokens)
    def round_of_pool():
        pool.push(names, tokens[:1] * 1000)
        pool.step()
    for name, body, count in (("push", one, len(tokens)), ("push_all", many, len(tokens)), ("pool of 1,000", round_of_pool, 1000)):
        times = []
        for _ in range(41):
            stream.reset()
            begin = time.perf_counter()
            body()
            times.append(1e9 * (time.perf_counter() - begin) / count)
        print(f"Python, {'with' if table else 'without'} embeddings, {name}: {statistics.median(times):.0f} ns a token, smallest {min(times):.0f}")
PYTHON
"$out/venv/bin/python" - "$table" <<'PYTHON'
import statistics, sys, time
import witan
names = ("baseline", "open-inquiry", "young-readers")
panel = witan.Panel({name: witan.Model.load(f"models/{name}/model.witan", sys.argv[1]) for name in names})
policy = witan.Policy({
    "witan_policy": 1, "id": "measured", "title": "Measured", "version": 1, "missing": "ask",
    "owner": {"who": "-", "adopted": "-", "contact": "-"}, "members": [{"name": name} for name in names],
    "floor": {"objects": "hold", "contested": "annotate"}})
stream = panel.stream()
stream.push("The old miller baked bread, and")
calls = {"push": lambda: stream.push(b" old"), "scores": lambda: stream.scores, "action": lambda: stream.action(policy),
         "verdict": lambda: stream.verdict(policy)}
for name, call in calls.items():
    times = []
    for _ in range(2000):
        begin = time.perf_counter()
        call()
        times.append(1e6 * (time.perf_counter() - begin))
    print(f"Python, panel of three, {name}: {statistics.median(times):.1f} us, smallest {min(times):.1f}")
PYTHON
for threads in 1 2 16; do "$out/threads" "$model" "$table" 100000 36 $threads; done
# An hour at 10,000 tokens a second: 36 million tokens in 100,000 streams.
"$out/threads" "$model" "" 100000 360 16
"$out/threads" "$model" "$table" 100000 360 16
