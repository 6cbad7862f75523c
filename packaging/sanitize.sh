#!/bin/sh
# The programs of packaging/tests with the whole library built under a sanitizer.
# Usage: packaging/sanitize.sh address|thread MODEL EMBEDDINGS
set -eu
cd "$(dirname "$0")/.."
kind=$1
out=.build/$kind/library
swift build -c release --sanitize "$kind" --scratch-path ".build/$kind" --product witan-c
mkdir -p "$out"
clang=$(dirname "$(dirname "$(dirname "$(swift -print-target-info | sed -n 's/ *"runtimeResourcePath": "\(.*\)".*/\1/p')")")")/usr/bin/clang
[ -x "$clang" ] || clang=clang
tr -d "\"'" < ".build/$kind/release/witan-c.product/Objects.LinkFileList" \
  | grep -v -e '/CBLAS\.build/' -e '/\(LinearAlgebra\|Cholesky\|SymmetricEigen\|GuardedText\)\.swift\.o$' > "$out/objects"
"$clang" -O2 -g -fPIC -fsanitize="$kind" -ISources/CBLAS/include -c packaging/products.c -o "$out/products.o"
for program in consumer threads hostile; do
  "$clang" -std=gnu11 -O1 -g -fsanitize="$kind" -DSANITIZED -ISources/CWitan/include -c "packaging/tests/$program.c" -o "$out/$program.o"
  swiftc -static-stdlib -sanitize="$kind" -use-ld=lld "$out/$program.o" "$out/products.o" @"$out/objects" \
    -o "$out/$program" -Xlinker --gc-sections
done
# Swift keeps its own objects alive until the program ends: leaks are valgrind's to find.
# The first use of a Swift static is guarded by the runtime, in code that the sanitizer does not see.
echo 'race:swift::threading_impl::once_slow' > "$out/suppressions"
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
export TSAN_OPTIONS="halt_on_error=1:exitcode=66:suppressions=$out/suppressions"
"$out/consumer" "$2" "$3"
"$out/threads" "$2" "$3" 3200 40
"$out/hostile" "$2" "$3" 60000
