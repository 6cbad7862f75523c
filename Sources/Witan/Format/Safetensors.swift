/// The safetensors container: a JSON header, then tensors without holes.
///
/// Layout: u64 little-endian length of the header, the header padded with spaces, the data; tensor
/// offsets are relative to the data. The file is untrusted: every field is checked before use.
package struct Safetensors {
  package enum ElementType: String, CaseIterable {
    case i8 = "I8", u8 = "U8", f16 = "F16", bf16 = "BF16", f32 = "F32", f64 = "F64", i32 = "I32", i64 = "I64"

    package var size: Int {
      switch self {
      case .i8, .u8: 1
      case .f16, .bf16: 2
      case .f32, .i32: 4
      case .f64, .i64: 8
      }
    }
  }

  package struct Tensor {
    package let type: ElementType
    package let shape: [Int]
    package let bytes: UnsafeRawBufferPointer

    package init(type: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer) {
      (self.type, self.shape, self.bytes) = (type, shape, bytes)
    }
  }

  /// A header larger than this is refused.
  static let maximumHeader = 64 << 20

  package let metadata: [String: String]
  package let tensors: [String: Tensor]

  /// Reads the header in `bytes`, which must outlive this value. Throws `format`, naming the field.
  package init(_ bytes: UnsafeRawBufferPointer) throws(WitanError) {
    guard bytes.count >= 8 else {
      throw WitanError(.format, "is truncated: \(bytes.count) bytes cannot hold a header length")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length >= 2, length <= Self.maximumHeader, length <= UInt64(bytes.count - 8) else {
      throw WitanError(
        .format, "header length says \(length), but \(bytes.count - 8) bytes follow; not a model file?")
    }
    let header: JSON
    do {
      header = try JSON(parsing: bytes[8..<8 + Int(length)].bound(to: UInt8.self))
    } catch {
      throw WitanError(error.code, "header is " + error.message)
    }
    guard var fields = header.object else {
      throw WitanError(.format, "header is not a JSON object")
    }

    var metadata: [String: String] = [:]
    if let given = fields.removeValue(forKey: "__metadata__") {
      guard let given = given.object else {
        throw WitanError(.format, "is not an object of strings", at: "__metadata__")
      }
      for (key, value) in given {
        guard let value = value.string else {
          throw WitanError(.format, "is not a string", at: "__metadata__.\(key)")
        }
        metadata[key] = value
      }
    }

    let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + Int(length))...])
    var tensors: [String: Tensor] = [:]
    var spans: [(start: Int, end: Int, name: String)] = []
    for (name, field) in fields {
      let (tensor, start, end) = try Self.tensor(field, name, data)
      tensors[name] = tensor
      spans.append((start, end, name))
    }
    var end = 0
    for span in spans.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard span.start == end else {
        throw WitanError(
          .format, span.start < end ? "overlaps the tensor before it" : "leaves a hole before it",
          at: "\(span.name).data_offsets")
      }
      end = span.end
    }
    guard end == data.count else {
      throw WitanError(.format, "tensors end at byte \(end) of the data, the file at \(data.count)")
    }
    self.metadata = metadata
    self.tensors = tensors
  }

  private static func tensor(
    _ field: JSON, _ name: String, _ data: UnsafeRawBufferPointer
  ) throws(WitanError) -> (Tensor, Int, Int) {
    guard let dtype = field["dtype"]?.string, let type = ElementType(rawValue: dtype) else {
      throw WitanError(
        .format,
        "is not one of \(ElementType.allCases.map(\.rawValue).joined(separator: ", ")): "
          + (field["dtype"]?.text() ?? "missing"),
        at: "\(name).dtype")
    }
    var count = type.size
    var shape: [Int] = []
    for item in field["shape"]?.array ?? [.null] {
      guard let size = item.int, size >= 0 else {
        throw WitanError(.format, "is not a list of sizes", at: "\(name).shape")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw WitanError(.format, "is too large", at: "\(name).shape") }
      (count, shape) = (product, shape + [size])
    }
    guard let offsets = field["data_offsets"]?.array, offsets.count == 2,
      let start = offsets[0].int, let end = offsets[1].int, 0 <= start, start <= end,
      end <= data.count
    else {
      throw WitanError(
        .format, "lie outside the \(data.count) bytes of data; the file may be truncated",
        at: "\(name).data_offsets")
    }
    guard end - start == count else {
      throw WitanError(
        .format, "span \(end - start) bytes, but shape and dtype need \(count)",
        at: "\(name).data_offsets")
    }
    return (Tensor(type: type, shape: shape, bytes: .init(rebasing: data[start..<end])), start, end)
  }
}

extension Safetensors.Tensor {
  /// The values of an F32 tensor; throws `invalidValue` when one is not finite and below 1e9.
  package func floats(_ name: String) throws(WitanError) -> [Float] {
    let values = (0..<bytes.count / 4).map {
      Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
    }
    guard values.allSatisfy({ $0.magnitude < 1e9 }) else {
      throw WitanError(.invalidValue, "holds a value that is not finite and below 1e9", at: name)
    }
    return values
  }

  /// The values of a tensor of any type; throws as `floats`. Whole numbers above 2^53 are rounded.
  package func numbers(_ name: String) throws(WitanError) -> [Double] {
    func load<T: FixedWidthInteger>(_ i: Int, _: T.Type) -> T {
      T(littleEndian: bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: T.self))
    }
    let values = (0..<bytes.count / type.size).map { i -> Double in
      switch type {
      case .i8: Double(load(i, Int8.self))
      case .u8: Double(load(i, UInt8.self))
      case .i32: Double(load(i, Int32.self))
      case .i64: Double(load(i, Int64.self))
      case .f32: Double(Float(bitPattern: load(i, UInt32.self)))
      case .f64: Double(bitPattern: load(i, UInt64.self))
      case .bf16: Double(Float(bitPattern: UInt32(load(i, UInt16.self)) << 16))
      case .f16: Self.half(load(i, UInt16.self))
      }
    }
    guard values.allSatisfy({ $0.magnitude < 1e9 }) else {
      throw WitanError(.invalidValue, "holds a value that is not finite and below 1e9", at: name)
    }
    return values
  }

  /// IEEE 754 binary16, which Swift lacks on x86-64 macOS.
  private static func half(_ bits: UInt16) -> Double {
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    let (exponent, fraction) = (Int(bits >> 10) & 31, Double(bits & 1023))
    switch exponent {
    case 31: return .infinity
    case 0: return sign * fraction * 0x1p-24
    default:
      return sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate func bound(to type: UInt8.Type) -> UnsafeBufferPointer<UInt8> {
    UnsafeRawBufferPointer(rebasing: self).bindMemory(to: UInt8.self)
  }
}

extension Safetensors {
  /// The bytes of a file with these tensors, in the order given; the data starts at a multiple of 64.
  package static func encode(
    metadata: [String: String],
    tensors: [(name: String, type: ElementType, shape: [Int], bytes: [UInt8])]
  ) -> [UInt8] {
    var header: [String: JSON] = ["__metadata__": .object(metadata.mapValues(JSON.string))]
    var offset = 0
    for t in tensors {
      header[t.name] = [
        "dtype": .string(t.type.rawValue), "shape": .array(t.shape.map { JSON($0) }),
        "data_offsets": [JSON(offset), JSON(offset + t.bytes.count)],
      ]
      offset += t.bytes.count
    }
    var text = [UInt8](JSON.object(header).text().utf8)
    text += [UInt8](repeating: 0x20, count: (64 - (8 + text.count) % 64) % 64)
    var out: [UInt8] = []
    out.reserveCapacity(8 + text.count + offset)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { out += $0 }
    out += text
    for t in tensors { out += t.bytes }
    return out
  }
}
