// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "witan-benchmarks",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "witan", path: "..")],
  targets: [
    .target(name: "CAllocationCounter"),  // the tests' own, by a link
    // As are these two.
    .target(name: "BenchmarkKernels", exclude: ["Heads.inc", "Kernels.inc", "Words.inc"]),
    .target(
      name: "BenchmarkBLAS",
      linkerSettings: [
        .linkedLibrary("blas", .when(platforms: [.linux])),
        .linkedLibrary("lapack", .when(platforms: [.linux])),
        .linkedFramework("Accelerate", .when(platforms: [.macOS])),
      ]),
    .executableTarget(name: "Heads", dependencies: ["BenchmarkBLAS", "BenchmarkKernels"]),
    .executableTarget(
      name: "Guard", dependencies: ["CAllocationCounter", .product(name: "Witan", package: "witan")]),
    .executableTarget(
      name: "Panel", dependencies: ["CAllocationCounter", .product(name: "Witan", package: "witan")]),
    .executableTarget(
      name: "Streaming",
      dependencies: [
        "CAllocationCounter", .product(name: "Witan", package: "witan"),
        .product(name: "WitanTraining", package: "witan"),
        .product(name: "WitanConstitution", package: "witan"),
      ]),
  ]
)
