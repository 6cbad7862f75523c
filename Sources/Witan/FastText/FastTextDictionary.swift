#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The words and labels that a fastText model knows, words first, with their rows.
///
/// Open addressing by fastText's hash; the words stay where the model's bytes are.
final class FastTextDictionary: @unchecked Sendable {  // immutable after init
  /// 32-bit FNV-1a, but each byte is sign-extended before it is mixed in: part of the format.
  struct Hash {
    var value: UInt32 = 2_166_136_261

    @inline(__always)
    mutating func add(_ byte: UInt8) {
      value = (value ^ UInt32(bitPattern: Int32(Int8(bitPattern: byte)))) &* 16_777_619
    }
  }

  private struct Slot {
    var hash: UInt32
    var id: Int32  // -1: free
  }

  static let endOfLine: StaticString = "</s>"
  static let labelMark: StaticString = "__label__"

  let wordCount: Int
  /// How often each label stood in the training data. [labels]
  let labelCounts: [Int]
  private let entries: [UnsafeRawBufferPointer]  // words, then labels
  private let slots: UnsafeMutablePointer<Slot>  // [mask + 1], a quarter of them free
  private let mask: Int

  /// `entries`: words, then one label for each of `labelCounts`; their bytes must outlive this value.
  /// Throws `format` when there is no label, or an entry stands twice.
  init(entries: [UnsafeRawBufferPointer], labelCounts: [Int]) throws(WitanError) {
    self.entries = entries
    self.labelCounts = labelCounts
    wordCount = entries.count - labelCounts.count
    guard !labelCounts.isEmpty else {
      throw WitanError(.format, "is 0; a classifier has at least one label", at: "nlabels")
    }
    var size = 8
    while size * 3 < entries.count * 4 { size *= 2 }
    slots = .allocate(capacity: size)
    slots.initialize(repeating: Slot(hash: 0, id: -1), count: size)
    mask = size - 1
    for (id, entry) in entries.enumerated() {
      var hash = Hash()
      for byte in entry { hash.add(byte) }
      var at = Int(hash.value) & (size - 1)
      while slots[at].id >= 0 {
        if slots[at].hash == hash.value, Self.isEqual(entries[Int(slots[at].id)], entry) {
          throw WitanError(
            .format, "names '\(String(decoding: entry, as: UTF8.self))' twice", at: "dictionary")
        }
        at = (at + 1) & (size - 1)
      }
      slots[at] = Slot(hash: hash.value, id: Int32(id))
    }
  }

  deinit { slots.deallocate() }

  private static func isEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    a.count == b.count && (a.count == 0 || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
  }

  /// Every entry as it stands in the model: words, then labels with their mark.
  var all: [UnsafeRawBufferPointer] { entries }

  /// The row of a word, `wordCount` + index for a label, -1 for what is not known. O(1).
  @inline(__always)
  func id(of word: UnsafeRawBufferPointer, hash: UInt32) -> Int32 {
    var at = Int(hash) & mask
    while slots[at].id >= 0 {
      if slots[at].hash == hash, Self.isEqual(entries[Int(slots[at].id)], word) { return slots[at].id }
      at = (at + 1) & mask
    }
    return -1
  }

  /// The labels' names, less `__label__` when all of them begin with it.
  var labelNames: [String] {
    let labels = entries[wordCount...]
    let mark = Self.labelMark.utf8CodeUnitCount
    let areMarked = labels.allSatisfy { $0.count > mark && $0.starts(with: Self.labelMark) }
    return labels.map { String(decoding: areMarked ? $0.dropFirst(mark) : $0[...], as: UTF8.self) }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are those of `text`.
  @inline(__always)
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && starts(with: text)
  }

  @inline(__always)
  func starts(with text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount
      && memcmp(baseAddress!, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}
