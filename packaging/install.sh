#!/bin/sh
# Installs what packaging/build.sh has built. Usage: packaging/install.sh FOLDER PREFIX
set -eu
cd "$(dirname "$0")/.."
out=$1
prefix=$2
install -d "$prefix/include"
install -m644 Sources/CWitan/include/*.h "$prefix/include/"
install -d "$prefix/lib/pkgconfig" "$prefix/lib/cmake/Witan"
install -m644 "$out/libwitan.a" "$prefix/lib/"
cp -P "$out"/libwitan.so* "$prefix/lib/"
install -m644 "$out/witan.pc" "$prefix/lib/pkgconfig/"
install -m644 "$out/WitanConfig.cmake" "$out/WitanConfigVersion.cmake" "$prefix/lib/cmake/Witan/"
