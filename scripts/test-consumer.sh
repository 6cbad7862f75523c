#!/bin/sh
# Builds a package of one file that depends on this one by path, and scores a text with it.
set -eu
root=$(pwd)
folder=.build/consumer
mkdir -p "$folder/Sources/Consumer"
cat > "$folder/Package.swift" <<SWIFT
// swift-tools-version: 6.1
import PackageDescription
let package = Package(
  name: "consumer", platforms: [.macOS(.v14)],
  dependencies: [.package(name: "witan", path: "$root")],
  targets: [
    .executableTarget(name: "Consumer", dependencies: [.product(name: "Witan", package: "witan")])
  ])
SWIFT
cat > "$folder/Sources/Consumer/main.swift" <<'SWIFT'
import Witan

let classifier = try Classifier(path: CommandLine.arguments[1])
let stream = classifier.makeStream()
for token in ["How do I ", "bake ", "bread?"] { stream.push(token) }
stream.finish()
print(stream.scores.any ?? -1, stream.scores == classifier.score("How do I bake bread?"))
SWIFT
swift build --package-path "$folder" -c release
out=$("$folder/.build/release/Consumer" models/baseline/model.witan)
echo "$out"
case "$out" in *true) ;; *) echo "stream and document differ"; exit 1 ;; esac
