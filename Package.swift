// swift-tools-version: 6.1
import PackageDescription

// Arrows point one way: WitanCLI -> WitanConstitution, WitanSigning, WitanTraining -> Witan -> C targets, and
// WitanC -> CWitan, CHandles, Witan.
// Siblings never import each other; CI builds with --explicit-target-dependency-import-check error.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "witan",
  platforms: [.macOS(.v14), .iOS(.v17)],
  products: [
    .library(name: "Witan", targets: ["Witan"]),
    .library(name: "WitanTraining", targets: ["WitanTraining"]),
    .library(name: "WitanConstitution", targets: ["WitanConstitution"]),
    .library(name: "WitanSigning", targets: ["WitanSigning"]),
    .executable(name: "witan", targets: ["WitanCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // The only SIMD code: each algorithm once, compiled per instruction set.
    .target(name: "CKernels", exclude: ["Heads.inc", "Kernels.inc", "Training.inc", "Words.inc"]),
    // Generated Unicode folding tables (scripts/unicode_tables.py).
    .target(name: "CUnicode"),
    // The only place that knows BLAS and LAPACK.
    .target(
      name: "CBLAS",
      linkerSettings: [
        .linkedLibrary("blas", .when(platforms: [.linux])),
        .linkedLibrary("lapack", .when(platforms: [.linux])),
        .linkedFramework("Accelerate", .when(platforms: [.macOS, .iOS])),
      ]),
    // The written background and frames, embedded so that the program is one file.
    .target(name: "CCorpus", exclude: ["background", "frames.txt"]),

    // The shared table of word-piece vectors, for the same reason.
    .target(name: "CEmbeddings"),

    .target(
      name: "Witan", dependencies: ["CKernels", "CUnicode", "CBLAS"], swiftSettings: strict),
    .target(
      name: "WitanTraining",
      dependencies: ["Witan", "CKernels", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .target(
      name: "WitanConstitution",
      dependencies: [
        "Witan", "CCorpus", .product(name: "Yams", package: "Yams"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .target(
      name: "WitanSigning",
      dependencies: ["Witan", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .executableTarget(
      name: "WitanCLI",
      dependencies: [
        "Witan", "WitanTraining", "WitanConstitution", "WitanSigning", "CEmbeddings",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .testTarget(
      name: "WitanTests", dependencies: ["Witan", "CKernels", "CAllocationCounter"],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "WitanTrainingTests", dependencies: ["Witan", "WitanTraining"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "WitanConstitutionTests", dependencies: ["Witan", "WitanConstitution"],
      swiftSettings: strict),
    .testTarget(
      name: "WitanSigningTests", dependencies: ["Witan", "WitanSigning"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(name: "WitanCLITests", swiftSettings: strict),
  ]
)

// The C interface: bodies in Swift that the compiler checks against the header (SE-0495, Swift 6.3).
#if compiler(>=6.3)
  package.products.append(.library(name: "witan-c", type: .static, targets: ["WitanC"]))
  package.targets += [
    .target(name: "CWitan"),
    .target(name: "CHandles"),
    .target(
      name: "WitanC", dependencies: ["CWitan", "CHandles", "Witan"],
      swiftSettings: strict),
    .testTarget(
      name: "WitanCTests", dependencies: ["WitanC", "CWitan", "CHandles", "Witan"],
      swiftSettings: strict),
  ]
#endif
