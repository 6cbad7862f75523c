#!/bin/sh
# Fuzzes the reader of model files for SECONDS (default 60): sh Tests/Fuzz/run.sh [SECONDS]
# Needs a Swift toolchain with libFuzzer (Linux toolchains have it).
set -eu
cd "$(dirname "$0")/../.."
swift build --package-path Tests/Fuzz -c release -Xswiftc -sanitize=fuzzer -Xswiftc -parse-as-library -Xswiftc -use-ld=lld
corpus=Tests/Fuzz/.build/corpus
mkdir -p "$corpus"
# Small real models are the seeds: damage then starts from something that loads.
[ -x .build/release/witan ] || swift build -c release --product witan
for i in 1 2 3 4 5 6 7 8 9 10; do echo "__label__a red rose $i"; echo "__label__b old oak $i"; done \
  > "$corpus/../toy.txt"
.build/release/witan train --data "$corpus/../toy.txt" --log2-buckets 8 --embeddings none -o "$corpus/toy.witan" >/dev/null
.build/release/witan train --data "$corpus/../toy.txt" --log2-buckets 8 --hidden 4,3 -o "$corpus/deep.witan" >/dev/null
Tests/Fuzz/.build/release/FuzzModel -max_total_time="${1:-60}" -rss_limit_mb=4096 -artifact_prefix="$corpus/../" "$corpus"
