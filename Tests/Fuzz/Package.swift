// swift-tools-version: 6.1
import PackageDescription

// Coverage-guided fuzzing with libFuzzer; see run.sh.
let package = Package(
  name: "witan-fuzz",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "witan", path: "../..")],
  targets: [
    .executableTarget(name: "FuzzModel", dependencies: [.product(name: "Witan", package: "witan")])
  ]
)
