/// The open word of a stream, between the marks `<` and `>`, with its hash.
struct FastTextWord {
  private var buffer: UnsafeMutableRawBufferPointer
  private var length = 0  // without marks
  private(set) var hash = FastTextDictionary.Hash()

  init() {
    buffer = .allocate(byteCount: 4096, alignment: 1)
    buffer[0] = UInt8(ascii: "<")
  }

  func deallocate() { buffer.deallocate() }

  var isEmpty: Bool { length == 0 }

  /// The word without its marks.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[1...length])
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    length += 1
    if length + 1 >= buffer.count { grow() }
    buffer[length] = byte
    hash.add(byte)
  }

  private mutating func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * buffer.count, alignment: 1)
    larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
    buffer.deallocate()
    buffer = larger
  }

  mutating func reset() {
    length = 0
    hash = FastTextDictionary.Hash()
  }

  /// The hash of each run of `shortestSubword` to `longestSubword` characters of the marked word;
  /// a mark alone is none. A character is a byte and the continuation bytes (10xxxxxx) behind it.
  @inline(__always)
  func forEachSubword(_ arguments: FastTextArguments, _ body: (UInt32) -> Void) {
    let bytes = UnsafeRawBufferPointer(buffer)
    let end = length + 2
    buffer[length + 1] = UInt8(ascii: ">")
    for start in 0..<end where bytes[start] & 0xC0 != 0x80 {
      var hash = FastTextDictionary.Hash()
      var at = start
      var count = 1
      while at < end, count <= arguments.longestSubword {
        hash.add(bytes[at])
        at += 1
        while at < end, bytes[at] & 0xC0 == 0x80 {
          hash.add(bytes[at])
          at += 1
        }
        if count >= arguments.shortestSubword, count > 1 || (start > 0 && at < end) { body(hash.value) }
        count += 1
      }
    }
  }
}
