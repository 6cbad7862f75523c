/// Reads little-endian fields of untrusted bytes one after the other; an end too early is an error
/// that names the field.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var rest: Int { bytes.count - offset }

  mutating func take(_ count: Int, _ field: String) throws(WitanError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= rest else {
      throw WitanError(
        .format,
        "needs \(count) bytes at byte \(offset), but \(rest) are left; the file is cut off or damaged",
        at: field)
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// `rows` times `columns` items of `size` bytes.
  mutating func take(
    _ rows: Int, by columns: Int, size: Int, _ field: String
  ) throws(WitanError) -> UnsafeRawBufferPointer {
    let (items, overflow) = rows.multipliedReportingOverflow(by: columns)
    let (count, overflowToo) = items.multipliedReportingOverflow(by: size)
    guard rows >= 0, columns >= 0, !overflow, !overflowToo else {
      throw WitanError(.format, "cannot be \(rows) x \(columns)", at: field)
    }
    return try take(count, field)
  }

  mutating func int32(_ field: String) throws(WitanError) -> Int {
    Int(Int32(littleEndian: try take(4, field).loadUnaligned(as: Int32.self)))
  }

  mutating func int64(_ field: String) throws(WitanError) -> Int {
    Int(Int64(littleEndian: try take(8, field).loadUnaligned(as: Int64.self)))
  }

  mutating func byte(_ field: String) throws(WitanError) -> UInt8 { try take(1, field)[0] }

  /// A byte that is 0 or 1.
  mutating func flag(_ field: String) throws(WitanError) -> Bool {
    let value = try byte(field)
    guard value <= 1 else { throw WitanError(.format, "is \(value), not 0 or 1", at: field) }
    return value == 1
  }

  /// The bytes up to a zero byte, which is passed over.
  mutating func text(_ field: String) throws(WitanError) -> UnsafeRawBufferPointer {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
    guard let end = rest.firstIndex(of: 0) else {
      throw WitanError(.format, "is not closed by a zero byte; the file is cut off or damaged", at: field)
    }
    offset += end + 1
    return UnsafeRawBufferPointer(rebasing: rest[..<end])
  }
}
