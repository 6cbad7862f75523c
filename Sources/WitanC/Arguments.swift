internal import CWitan
internal import Witan

/// Checks of what callers pass: everything about a pointer that can be known is.
enum Arguments {
  static var maximumLength: Int { Int(WITAN_MAXIMUM_LENGTH) }

  /// A text; nil when it cannot be one.
  @inline(__always)
  static func text(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> UnsafeBufferPointer<UInt8>? {
    guard UInt(bitPattern: length) <= UInt(bitPattern: maximumLength), bytes != nil || length == 0,
      !UInt(bitPattern: bytes).addingReportingOverflow(UInt(bitPattern: length)).overflow
    else { return nil }
    return UnsafeBufferPointer(start: bytes, count: length)
  }

  @inline(never)
  static func failText(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> witan_status {
    if bytes == nil && 0...maximumLength ~= length { return failNull("the text") }
    return fail(
      Status.argument, "the length \(UInt(bitPattern: length)) is above \(maximumLength) bytes; push parts")
  }

  /// As `text`; throws what `failText` says.
  static func demandText(_ bytes: UnsafePointer<UInt8>?, _ length: Int) throws(Refusal)
    -> UnsafeBufferPointer<UInt8>
  {
    guard let text = text(bytes, length) else { throw Refusal(status: failText(bytes, length)) }
    return text
  }

  /// A path, key or JSON of at most `limit` bytes; nil when it has a NUL inside, or is too long.
  static func string(_ bytes: UnsafePointer<CChar>?, _ length: Int, limit: Int = 4096) -> String? {
    guard let bytes, 0...limit ~= length else { return nil }
    return bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
      let text = UnsafeBufferPointer(start: $0, count: length)
      return text.contains(0) ? nil : String(decoding: text, as: UTF8.self)
    }
  }

  /// Bytes of one JSON text at most.
  static var maximumJSON: Int { 1 << 20 }

  /// As `string`, and nil for NULL of length 0; throws what is wrong with `name`.
  static func optionalString(
    _ bytes: UnsafePointer<CChar>?, _ length: Int, _ name: String, limit: Int = 4096
  ) throws(Refusal) -> String? {
    if bytes == nil && length == 0 { return nil }
    guard let text = string(bytes, length, limit: limit) else {
      throw Refusal(
        status: fail(
          Status.argument, "\(name) is NULL, longer than \(limit) bytes, or has a NUL inside"))
    }
    return text
  }

  static func failJSON(_ name: String) -> witan_status {
    fail(Status.argument, "\(name) is NULL, longer than 1 MiB, or has a NUL inside")
  }

  static func failPath() -> witan_status {
    fail(Status.argument, "the path is NULL, longer than 4096 bytes, or has a NUL inside")
  }

  /// Checks the offsets of a packed batch: ascending, at most `length`. [offsets: count + 1]
  static func checkOffsets(
    _ offsets: UnsafePointer<UInt64>?, count: Int, length: Int
  ) throws(Refusal) -> UnsafePointer<UInt64> {
    guard let offsets else { throw Refusal(status: failNull("offsets")) }
    var last: UInt64 = 0
    for i in 0...count {
      guard offsets[i] >= last, offsets[i] <= UInt64(length) else {
        throw Refusal(
          status: fail(
            Status.argument, "offset \(i) is \(offsets[i]), not in \(last)...\(length): they must ascend"))
      }
      last = offsets[i]
    }
    return offsets
  }

  /// Checks a number of things that a call is about.
  static func checkCount(_ count: Int, _ name: String, limit: Int = 1 << 28) throws(Refusal) {
    guard 0...limit ~= count else {
      throw Refusal(
        status: fail(Status.argument, "\(name) is \(UInt(bitPattern: count)), above \(limit)"))
    }
  }

  /// Checks the size that a structure's caller was compiled with; `minimum` is that of version 1.
  static func checkStruct(_ size: UInt32, minimum: Int, _ name: String) -> witan_status {
    guard minimum...4096 ~= Int(size) else {
      return fail(
        Status.argument, "\(name).struct_size is \(size), not \(minimum) or more; set it to sizeof")
    }
    return Status.ok
  }
}
