#!/bin/sh
# Every check: format, layering, tests under each instruction set, benchmark tables, shipped models, a
# package that depends on this one.
set -eu
step() { printf '\n== %s\n' "$*"; }
# Prints what failed last, where a cut log still shows it: a test's own line stands among thousands.
tests() {
  log=.build/tests.log
  if swift test -c release --skip-build --explicit-target-dependency-import-check error "$@" >$log 2>&1
  then tail -n 1 $log
  else status=$?; tail -n 40 $log; echo "failed, of $log:"; grep -A 3 -E '✘|error:|Fatal|Crash' $log | head -n 60; exit $status
  fi
}

step "format"
swift format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift

step "build (imports only along the arrows)"
swift build -c release --build-tests --explicit-target-dependency-import-check error
swift build -c release --product witan
witan=.build/release/witan

step "file lengths"
git ls-files 'Sources/*.swift' 'Sources/*.c' 'Sources/*.h' 'Sources/*.inc' | grep -v '_tables.c$' | xargs wc -l \
  | awk '$2 != "total" {n++; if ($1 > 400) {print "over 400 lines: " $2; bad = 1}} END {print n " files"; exit bad}'

step "tests"
tests

step "benchmarks: shared code, and that the READMEs say what the results say"
if command -v python3 >/dev/null; then python3 -m unittest discover Benchmarks/tests
else echo "left out: there is no python3"; fi

for backend in $("$witan" inspect --system --json | sed -n 's/.*"instruction_sets_supported": \[\(.*\)\].*/\1/p' | tr -d '",'); do
  step "runtime tests on $backend"
  active=$(WITAN_BACKEND=$backend "$witan" inspect --system --json | sed -n 's/.*"instruction_set": "\(.*\)".*/\1/p')
  [ "$active" = "$backend" ] || { echo "forced $backend, but $active is active"; exit 1; }
  export WITAN_BACKEND=$backend
  tests --filter 'WitanTests\.'
  unset WITAN_BACKEND
done

step "shipped models are what their sources give"
for constitution in models/*/constitution.yaml; do
  folder=$(dirname "$constitution")
  "$witan" compile "$folder/constitution.yaml" -o .build/again.witan >/dev/null
  cmp .build/again.witan "$folder/model.witan" || { echo "$folder: run 'make models'"; exit 1; }
done

step "a package that depends on Witan"
sh scripts/test-consumer.sh

step "signatures: what the package model-signing signed, and what it says of ours"
if command -v python3 >/dev/null; then python3 scripts/signing_interop.py "$witan"
else echo "left out: there is no python3"; fi

step "the C library and the Python package"
if swift --version 2>/dev/null | grep -Eq 'Swift version (6\.([3-9]|[1-9][0-9])|[7-9])' && [ "$(uname)" = Linux ]; then
  sh packaging/build.sh
  if command -v python3 >/dev/null; then sh python/build.sh; else echo "left out: there is no python3"; fi
  sh packaging/test.sh
else echo "left out: they need Swift 6.3 on Linux"; fi

echo "all checks passed"
