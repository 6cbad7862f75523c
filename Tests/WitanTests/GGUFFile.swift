/// Writes the metadata of a GGUF file.
struct GGUFFile {
  var version: UInt32 = 3
  private var pairs: [UInt8] = []
  private var count: UInt64 = 0

  init() {}

  var bytes: [UInt8] {
    Array("GGUF".utf8) + Self.little(version) + Self.little(UInt64(0)) + Self.little(count) + pairs
  }

  static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  static func string(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }

  mutating func add(_ key: String, kind: UInt32, _ value: [UInt8]) {
    pairs += Self.string(key) + Self.little(kind) + value
    count += 1
  }

  mutating func add(_ key: String, _ text: String) { add(key, kind: 8, Self.string(text)) }

  mutating func add(_ key: String, _ texts: [String]) {
    add(
      key, kind: 9, Self.little(UInt32(8)) + Self.little(UInt64(texts.count)) + texts.flatMap(Self.string))
  }

  mutating func add(_ key: String, _ numbers: [Int32]) {
    add(
      key, kind: 9,
      Self.little(UInt32(5)) + Self.little(UInt64(numbers.count)) + numbers.flatMap { Self.little($0) })
  }
}
