/// Reads the metadata of a GGUF file, versions 2 and 3, and trusts none of it. Tensors are not looked at.
///
/// A header of magic, version and two counts; then pairs of a key and a typed value, all little-endian
/// (the GGUF specification of the ggml project).
struct GGUFReader {
  /// The types of values, by their numbers in the file.
  enum Kind: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of one value; at least these for strings and arrays.
    var size: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64, .string: 8
      case .array: 12
      }
    }
  }

  private static let maximumDepth = 4
  private var cursor: ByteCursor
  /// Pairs of key and value.
  let pairCount: Int

  /// Throws `format` when the bytes are no GGUF, `unsupported` for another version.
  init(_ bytes: UnsafeRawBufferPointer) throws(WitanError) {
    cursor = ByteCursor(bytes)
    guard try cursor.take(4, "magic").elementsEqual("GGUF".utf8) else {
      throw WitanError(.format, "is not GGUF; a GGUF file is expected here", at: "magic")
    }
    let version = UInt32(truncatingIfNeeded: try cursor.int32("version"))
    guard version == 2 || version == 3 else {
      let isSwapped = version.byteSwapped == 2 || version.byteSwapped == 3
      throw WitanError(
        .unsupported,
        isSwapped
          ? "the file is big-endian; only little-endian is supported"
          : "is \(version); 2 and 3 are supported",
        at: "version")
    }
    _ = try cursor.int64("tensor_count")
    pairCount = try cursor.int64("metadata_kv_count")
    guard pairCount >= 0, pairCount <= cursor.rest / 13 else {
      throw WitanError(.format, "is \(pairCount), more than the file holds", at: "metadata_kv_count")
    }
  }

  /// The key of the next pair and the type of its value.
  mutating func pair() throws(WitanError) -> (key: String, kind: Kind) {
    let key = String(decoding: try string("key"), as: UTF8.self)
    return (key, try kind(key))
  }

  mutating func kind(_ field: String) throws(WitanError) -> Kind {
    let number = UInt32(truncatingIfNeeded: try cursor.int32(field))
    guard let kind = Kind(rawValue: number) else {
      throw WitanError(.format, "has the type \(number), which does not exist", at: field)
    }
    return kind
  }

  mutating func string(_ field: String) throws(WitanError) -> UnsafeRawBufferPointer {
    try cursor.take(try cursor.int64(field), field)
  }

  mutating func int32(_ field: String) throws(WitanError) -> Int { try cursor.int32(field) }

  /// Type and number of the elements of an array, which are no more than the file can hold.
  mutating func array(_ field: String) throws(WitanError) -> (kind: Kind, count: Int) {
    let kind = try kind(field)
    let count = try cursor.int64(field)
    guard count >= 0, count <= cursor.rest / kind.size else {
      throw WitanError(.format, "has \(count) elements, more than the file holds", at: field)
    }
    return (kind, count)
  }

  /// Passes over a value. O(1), for strings in arrays O(elements).
  mutating func skip(_ kind: Kind, _ field: String, depth: Int = 0) throws(WitanError) {
    switch kind {
    case .string: _ = try string(field)
    case .array:
      guard depth < Self.maximumDepth else {
        throw WitanError(.format, "is nested deeper than \(Self.maximumDepth) arrays", at: field)
      }
      let (element, count) = try array(field)
      if element == .string || element == .array {
        for _ in 0..<count { try skip(element, field, depth: depth + 1) }
      } else {
        _ = try cursor.take(count, by: element.size, size: 1, field)
      }
    default: _ = try cursor.take(kind.size, field)
    }
  }
}
