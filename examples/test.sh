#!/bin/sh
# llama.cpp and transformers under the guard. The first run on a machine builds llama-cpp-python (ten minutes or
# more) into .build/engines; what cannot be had is left out with a message. Usage: examples/test.sh, after
# `make wheel`.
set -eu
cd "$(dirname "$0")/.."
out=$PWD/.build/engines
venv=$out/venv
left_out() { echo "left out: $*"; }
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  left_out "there is no Python 3.10 with venv"
  exit 0
fi
mkdir -p "$out"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! "$venv/bin/pip" install -q pytest --force-reinstall --no-deps .build/wheel/witan-*.whl 2>"$out/pip.log" \
  || ! "$venv/bin/pip" install -q pytest numpy 2>>"$out/pip.log"; then
  left_out "pytest and NumPy cannot be installed here:"
  tail -2 "$out/pip.log"
  exit 0
fi
if ! "$venv/bin/python" -c 'import llama_cpp' 2>/dev/null; then
  echo "building llama-cpp-python, once"
  CMAKE_ARGS="-DLLAVA_BUILD=OFF -DGGML_OPENMP=OFF" nice "$venv/bin/pip" wheel -q llama-cpp-python --no-deps -w "$out/wheels" \
    >"$out/llama.log" 2>&1 && "$venv/bin/pip" install -q "$out"/wheels/llama_cpp_python-*.whl >>"$out/llama.log" 2>&1 \
    || { left_out "llama-cpp-python cannot be built here:"; tail -2 "$out/llama.log"; }
fi
"$venv/bin/pip" install -q fastapi uvicorn sse-starlette starlette-context pydantic-settings 2>>"$out/pip.log" \
  || left_out "the server of llama-cpp-python: its packages cannot be installed"
if ! "$venv/bin/python" -c 'import torch, transformers' 2>/dev/null; then
  # The build for processors alone: the other one is gigabytes.
  "$venv/bin/pip" install -q 'torch==2.*+cpu' --extra-index-url https://download.pytorch.org/whl/cpu transformers \
    2>>"$out/pip.log" || left_out "transformers: PyTorch for processors cannot be installed"
fi

packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if [ -e "$packages/llama_cpp/lib/libllama.so" ] && [ -e "$packages/include/llama.h" ]; then
  flags="-ISources/CWitan/include -I$packages/include -L.build/library -lwitan -L$packages/llama_cpp/lib -lllama -lggml
    -lggml-base -Wl,-rpath,$PWD/.build/library:$packages/llama_cpp/lib"
  cc -std=gnu11 -O2 -Wall -Wextra -Werror examples/llama_guard.c -o "$out/llama_guard" $flags
  c++ -std=c++17 -O2 -Wall -Wextra -Werror examples/llama_sampler.cpp -o "$out/llama_sampler" $flags
else left_out "the programs in C and C++: llama-cpp-python brought no library with headers"; fi
WITAN_PROGRAMS=$out "$venv/bin/python" -m pytest -q -rs -p no:cacheprovider --rootdir examples examples
