extension ActivationType {
  /// `count` little-endian values at `source`, of any alignment, as float32 -> [out: count].
  ///
  /// Exact: infinities and subnormals stay what they are, a NaN stays one. Loops without branches, which the
  /// compiler makes vectors of; no allocation. O(count).
  package func convert(
    _ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .float32:
      UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: 4 * count)
    case .bfloat16:
      for i in 0..<count {
        let bits = source.loadUnaligned(fromByteOffset: 2 &* i, as: UInt16.self)
        out[i] = Float(bitPattern: UInt32(truncatingIfNeeded: bits) &<< 16)
      }
    case .float16:
      for i in 0..<count {
        let bits = source.loadUnaligned(fromByteOffset: 2 &* i, as: UInt16.self)
        out[i] = Self.half(UInt32(truncatingIfNeeded: bits))
      }
    }
  }

  /// IEEE 754 binary16 to binary32.
  ///
  /// A subnormal half is made by a subtraction of normal floats, so that threads which flush subnormals to zero
  /// (servers often set that) get the same value.
  @inline(__always)
  private static func half(_ bits: UInt32) -> Float {
    let sign = (bits & 0x8000) &<< 16
    let magnitude = (bits & 0x7FFF) &<< 13
    // 112 is the difference of the two exponents' biases; once more takes 31 to 255.
    let normal = magnitude &+ (112 &<< 23)
    let special = normal &+ (112 &<< 23)
    let subnormal = (Float(bitPattern: magnitude &+ (113 &<< 23)) - 0x1p-14).bitPattern
    let value = magnitude >= 31 &<< 23 ? special : (magnitude < 1 &<< 23 ? subnormal : normal)
    return Float(bitPattern: value | sign)
  }
}
