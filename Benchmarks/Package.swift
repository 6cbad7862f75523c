// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "witan-benchmarks",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "witan", path: "..")],
  targets: [
    .target(name: "CAllocationCounter"),  // the tests' own, by a link
    .executableTarget(
      name: "Streaming",
      dependencies: [
        "CAllocationCounter", .product(name: "Witan", package: "witan"),
        .product(name: "WitanTraining", package: "witan"),
        .product(name: "WitanConstitution", package: "witan"),
      ]),
  ]
)
