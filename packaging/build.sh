#!/bin/sh
# Builds the C library: libwitan.so with its soname, and libwitan.a, both with the Swift runtime inside and
# nothing to be seen but what its headers declare. Usage: packaging/build.sh [FOLDER]
set -eu
cd "$(dirname "$0")/.."
out=${1:-.build/library}
: "${SWIFT:=swift}"
if ! "$SWIFT" --version 2>/dev/null | grep -Eq 'Swift version (6\.([3-9]|[1-9][0-9])|[7-9])'; then
  echo "the C library needs Swift 6.3 or later (its bodies are checked against the header by the compiler)" >&2
  exit 2
fi
[ "$(uname)" = Linux ] || { echo "the C library is built on Linux only so far" >&2; exit 2; }
headers=Sources/CWitan/include
version=$(sed -n 's/.*let version: StaticString = "\(.*\)"/\1/p' Sources/WitanC/General.swift)
abi=$(sed -n 's/#define WITAN_ABI_VERSION \([0-9]*\)u/\1/p' $headers/witan.h)
mkdir -p "$out"
rm -f "$out"/libwitan.so*
"$SWIFT" build -c release --product witan-c

# What the headers declare is what programs see.
sed -n 's/^WITAN_API .*[ *]\(witan_[a-z_]*\)(.*/\1/p' $headers/*.h | sort > "$out/exports"
{ echo "{ global:"; sed 's/$/;/' "$out/exports"; echo "local: *; };"; } > "$out/exports.map"

# Left out: BLAS and what only training asks of it (products.c has the one product that scoring needs), the
# wrapper of Swift's asynchronous sequences, which alone would bring in the runtime of concurrency, and the names of
# Unicode characters (names.c).
tr -d "\"'" < .build/release/witan-c.product/Objects.LinkFileList \
  | grep -v -e '/CBLAS\.build/' -e '/\(LinearAlgebra\|Cholesky\|SymmetricEigen\|GuardedText\)\.swift\.o$' \
  > "$out/objects"
swift_folder=$(dirname "$(dirname "$("$SWIFT" -print-target-info | sed -n 's/ *"runtimeResourcePath": "\(.*\)".*/\1/p')")")
"$swift_folder/bin/clang" -O3 -fPIC -ffp-contract=off -Wall -Wextra -ISources/CBLAS/include \
  -c packaging/products.c -o "$out/products.o"
"$swift_folder/bin/clang" -O2 -fPIC -Wall -Wextra -c packaging/names.c -o "$out/names.o"
printf '%s\n' "$out/products.o" "$out/names.o" >> "$out/objects"
wrap=--wrap=_swift_stdlib_getScalarName

swiftc -emit-library -static-stdlib -use-ld=lld -o "$out/libwitan.so.$version" @"$out/objects" \
  -Xlinker --version-script="$out/exports.map" -Xlinker -soname=libwitan.so."$abi" -Xlinker --gc-sections -Xlinker $wrap \
  -Xlinker --strip-all -Xlinker -z -Xlinker defs -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now
ln -sf "libwitan.so.$version" "$out/libwitan.so.$abi"
ln -sf "libwitan.so.$abi" "$out/libwitan.so"
nm -D --defined-only "$out/libwitan.so" | awk '{print $3}' | sort > "$out/exported"
cmp "$out/exports" "$out/exported" || { echo "the library exports other symbols than its headers declare" >&2; exit 1; }

# The static library is one object in which all other symbols are local.
runtime=$swift_folder/lib/swift_static/linux
"$swift_folder/bin/ld.lld" -r $wrap -o "$out/whole.o" $(cat "$out/objects") "$runtime/$(uname -m)/swiftrt.o" \
  --start-group "$runtime/libswiftCore.a" "$runtime/libswift_StringProcessing.a" \
  "$runtime/libswift_RegexParser.a" "$runtime/libswiftGlibc.a" "$runtime/libswift_Concurrency.a" \
  "$runtime/libdispatch.a" "$runtime/libBlocksRuntime.a" --end-group
objcopy --strip-debug --keep-global-symbols="$out/exports" "$out/whole.o" "$out/witan.o"
rm -f "$out/libwitan.a" "$out/whole.o"
ar crs "$out/libwitan.a" "$out/witan.o"
rm "$out/witan.o"

for template in packaging/witan.pc.in packaging/WitanConfig.cmake.in packaging/WitanConfigVersion.cmake.in; do
  name=$(basename "$template" .in)
  sed -e "s/@VERSION@/$version/g" -e "s/@ABI@/$abi/g" "$template" > "$out/$name"
done

size=$(stat -Lc %s "$out/libwitan.so")
echo "$out/libwitan.so.$version: $size bytes, $(wc -l < "$out/exports") symbols"
[ "$size" -le 8000000 ] || { echo "larger than 8 MB" >&2; exit 1; }
