#!/bin/sh
# Programs in C, C++, Rust and Python against the built library and wheel. What this machine lacks is left out
# with a message. WITAN_CALLS: of the hostile caller (1,000,000). WITAN_SANITIZERS=0 leaves those builds out.
set -eu
cd "$(dirname "$0")/.."
out=$PWD/.build/library
prefix=$out/prefix
model=models/baseline/model.witan
table=models/embeddings/minilm-128.safetensors
step() { printf '\n== %s\n' "$*"; }
left_out() { echo "left out: $*"; }
has() { command -v "$1" >/dev/null; }

step "install, and find with pkg-config"
rm -rf "$prefix"
sh packaging/install.sh "$out" "$prefix"
if has pkg-config; then
  flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs witan)
else
  left_out "there is no pkg-config"
  flags="-I$prefix/include -L$prefix/lib -lwitan"
fi
compiler=$(command -v cc || command -v clang)
cc="$compiler -std=gnu11 -O2 -g -Wall -Wextra -Werror"
for program in consumer threads hostile start; do
  $cc "packaging/tests/$program.c" -o "$out/$program" $flags -lpthread -Wl,-rpath,"$prefix/lib"
done
$cc packaging/tests/consumer.c -o "$out/consumer-static" -I"$prefix/include" "$prefix/lib/libwitan.a" \
  -lstdc++ -lm -lpthread -ldl -Wl,--gc-sections

step "the library's own product"
"$compiler" -std=gnu11 -O2 -Wno-unknown-pragmas -D_Nullable= -ISources/CBLAS/include packaging/tests/products.c -o "$out/products"
"$out/products"
"$out/products"

step "the header by itself: C99 and C++11"
printf '#include <witan.h>\nint main(void) { return 0; }\n' > "$out/header.c"
cp "$out/header.c" "$out/header.cpp"
"$compiler" -std=c99 -pedantic -Wall -Wextra -Werror -I"$prefix/include" "$out/header.c" -o "$out/header"
if has c++; then c++ -std=c++11 -pedantic -Wall -Wextra -Werror -I"$prefix/include" "$out/header.cpp" -o "$out/header"; fi

step "C, shared and static"
"$out/consumer" "$model" "$table"
"$out/consumer-static" "$model" "$table"
"$out/start" "$model" ""

step "C under valgrind"
if has valgrind; then
  valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \
    "$out/consumer" "$model" "$table"
else left_out "there is no valgrind"; fi

step "16 threads share a model; memory stays as it is"
"$out/threads" "$model" "$table" 32000 24

step "a hostile caller"
"$out/hostile" "$model" "$table" "${WITAN_CALLS:-1000000}"

step "C++"
if has c++; then
  c++ -std=c++17 -O2 -Wall -Wextra -Werror packaging/tests/consumer.cpp -o "$out/consumer-cpp" $flags -Wl,-rpath,"$prefix/lib"
  "$out/consumer-cpp" "$model" "$table"
else left_out "there is no C++ compiler"; fi

step "CMake"
if has cmake; then
  rm -rf "$out/cmake"
  cmake -S packaging/tests -B "$out/cmake" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
  cmake --build "$out/cmake" >/dev/null
  "$out/cmake/consumer" "$model" "$table"
else left_out "there is no cmake"; fi

step "Rust"
if has rustc; then
  rustc --edition 2021 -O packaging/tests/consumer.rs -o "$out/consumer-rs" -L "$prefix/lib" -C link-arg=-Wl,-rpath,"$prefix/lib"
  "$out/consumer-rs" "$model" "$table"
else left_out "there is no rustc"; fi

for kind in address thread; do
  step "sanitizer: $kind"
  if [ "${WITAN_SANITIZERS:-1}" = 0 ]; then left_out "WITAN_SANITIZERS=0"
  else sh packaging/sanitize.sh $kind "$model" "$table"; fi
done

step "Python: the wheel in a clean environment"
if ! ls .build/wheel/witan-*.whl >/dev/null 2>&1; then left_out "there is no wheel"
elif ! has python3 || ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  left_out "there is no Python 3.10 with venv"
else
  rm -rf "$out/venv"
  python3 -m venv "$out/venv"
  if "$out/venv/bin/pip" install -q "$(ls .build/wheel/witan-*.whl)[test]" 2>"$out/pip.log"; then
    (cd "$out" && "$out/venv/bin/python" -m pytest -q -p no:cacheprovider --rootdir "$OLDPWD/python" "$OLDPWD/python/tests")
    if "$out/venv/bin/pip" install -q mypy 2>"$out/pip.log"; then "$out/venv/bin/mypy" --strict python/witan
    else left_out "mypy cannot be installed here"; fi
  else
    left_out "NumPy, pytest or hypothesis cannot be installed here:"
    tail -2 "$out/pip.log"
  fi
fi
echo "the library's checks passed"
