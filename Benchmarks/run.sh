#!/bin/sh
# Runs every benchmark; results go to Benchmarks/results as CSV with machine and date.
set -eu
cd "$(dirname "$0")/.."
if ! command -v fasttext >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq fasttext >/dev/null
fi
swift build --package-path Benchmarks -c release
Benchmarks/.build/release/Streaming models/baseline/constitution.yaml Benchmarks/results/streaming.csv
Benchmarks/.build/release/Heads Benchmarks/results/heads.csv
