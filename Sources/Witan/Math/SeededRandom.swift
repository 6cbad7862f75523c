/// SplitMix64 (Steele, Lea and Flood 2014): 64 bits of state, the same numbers on every machine.
///
/// The standard library's `shuffle(using:)` and `random(in:using:)` may change between releases;
/// these are frozen, since models are reproducible to the byte.
package struct SeededRandom: Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// A generator for one named purpose, independent of the others that a seed serves.
  package init(seed: UInt64, purpose: String) {
    state = seed ^ fnv1a(purpose.utf8)
    _ = next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0 ..< bound, by multiply and shift (Lemire 2019; the bias is below 2^-32). [bound > 0]
  package mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

  /// A number in [0, 1).
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Fisher-Yates.
  package mutating func shuffle<T>(_ items: inout [T]) {
    guard items.count > 1 else { return }
    for i in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(i, below(i + 1)) }
  }

  package mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// FNV-1a, 64 bits: a stable hash for splits and seeds (not for features, not for security).
package func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
