package import Witan

/// An array as `numpy.save` writes it: versions 1 to 3, little-endian, C order.
///
/// Layout: `\x93NUMPY`, two bytes of version, the header's length (u16 in version 1, else u32), the header (a
/// Python dict of descr, fortran_order and shape), the values. The file is untrusted.
package struct NumpyArray {
  package let type: Safetensors.ElementType
  package let shape: [Int]
  package let bytes: UnsafeRawBufferPointer

  /// A header larger than this is refused, as numpy does.
  private static let maximumHeader = 10_000

  /// Whether `bytes` begin as such a file does.
  package static func isNumpy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.prefix(6).elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59])
  }

  /// Reads the header in `bytes`, which must outlive this value. Throws `format` or `unsupported`.
  package init(_ bytes: UnsafeRawBufferPointer) throws(WitanError) {
    guard bytes.count >= 10, Self.isNumpy(bytes) else {
      throw WitanError(.format, "does not begin as a .npy file of numpy.save does")
    }
    guard 1...3 ~= bytes[6], bytes[7] == 0 else {
      throw WitanError(.unsupported, "is \(bytes[6]).\(bytes[7]); 1.0 to 3.0 are read", at: "version")
    }
    let start = bytes[6] == 1 ? 10 : 12
    guard bytes.count >= start else { throw WitanError(.format, "is truncated", at: "header") }
    let length =
      bytes[6] == 1
      ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
      : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    guard length <= Self.maximumHeader, length <= bytes.count - start else {
      throw WitanError(
        .format, "says \(length) bytes, but \(bytes.count - start) follow and 10,000 are the most",
        at: "header")
    }
    var reader = HeaderReader(Array(bytes[start..<start + length]))
    let fields = try reader.dictionary()
    guard case .text(let descr)? = fields["descr"] else {
      throw WitanError(.format, "is missing or no string", at: "descr")
    }
    // numpy has no bfloat16; ml_dtypes and torch store it as two bytes without a meaning.
    let types: [String: Safetensors.ElementType] = [
      "<f2": .f16, "<f4": .f32, "<f8": .f64, "<i4": .i32, "<i8": .i64, "|i1": .i8, "|u1": .u8, "|b1": .u8,
      "<V2": .bf16, "|V2": .bf16,
    ]
    guard let type = types[descr] else {
      throw WitanError(
        .unsupported, "'\(descr)' is none of \(types.keys.sorted().joined(separator: ", "))", at: "descr")
    }
    guard case .truth(let isFortran)? = fields["fortran_order"] else {
      throw WitanError(.format, "is missing or no truth value", at: "fortran_order")
    }
    guard !isFortran else {
      throw WitanError(
        .unsupported, "is True; save numpy.ascontiguousarray(array)", at: "fortran_order")
    }
    guard case .sizes(let shape)? = fields["shape"] else {
      throw WitanError(.format, "is missing or no tuple of sizes", at: "shape")
    }
    var count = type.size
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw WitanError(.format, "is too large", at: "shape") }
      count = product
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[(start + length)...])
    guard data.count == count else {
      throw WitanError(.format, "needs \(count) bytes of values, but \(data.count) follow", at: "shape")
    }
    (self.type, self.shape, self.bytes) = (type, shape, data)
  }

  /// What the header's dict may hold.
  private enum Value { case text(String), truth(Bool), sizes([Int]) }

  /// Reads the few Python literals that a header is made of.
  private struct HeaderReader {
    private let bytes: [UInt8]
    private var i = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func dictionary() throws(WitanError) -> [String: Value] {
      var fields: [String: Value] = [:]
      try expect("{")
      while !take("}") {
        let key = try text()
        try expect(":")
        guard fields.updateValue(try value(), forKey: key) == nil else {
          throw WitanError(.format, "is given twice", at: key)
        }
        if !take(",") {
          try expect("}")
          break
        }
      }
      skipSpace()
      guard i == bytes.count else { throw problem() }
      return fields
    }

    private mutating func value() throws(WitanError) -> Value {
      if take("(") {
        var sizes: [Int] = []
        while !take(")") {
          sizes.append(try number())
          if !take(",") {
            try expect(")")
            break
          }
        }
        return .sizes(sizes)
      }
      if take("True") { return .truth(true) }
      if take("False") { return .truth(false) }
      return .text(try text())
    }

    private mutating func number() throws(WitanError) -> Int {
      skipSpace()
      let digits = bytes[i...].prefix { 0x30...0x39 ~= $0 }
      i = digits.endIndex
      guard let size = Int(String(decoding: digits, as: UTF8.self)) else { throw problem() }
      return size
    }

    private mutating func text() throws(WitanError) -> String {
      let quote: UInt8 = take("\"") ? 0x22 : 0x27
      if quote == 0x27 { try expect("'") }
      guard let end = bytes[i...].firstIndex(of: quote), !bytes[i..<end].contains(0x5C) else {
        throw problem()
      }
      defer { i = end + 1 }
      return String(decoding: bytes[i..<end], as: UTF8.self)
    }

    private mutating func take(_ word: String) -> Bool {
      skipSpace()
      guard bytes[i...].starts(with: word.utf8) else { return false }
      i += word.utf8.count
      return true
    }

    private mutating func expect(_ word: String) throws(WitanError) {
      if !take(word) { throw problem() }
    }

    private mutating func skipSpace() {
      while i < bytes.count, bytes[i] == 0x20 || bytes[i] == 0x0A { i += 1 }
    }

    private func problem() -> WitanError {
      WitanError(.format, "is not the dict that numpy writes; see byte \(i)", at: "header")
    }
  }
}
