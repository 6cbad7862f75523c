import Testing

/// A safetensors file with the first `old` in its header replaced; the header's length is put right.
func edited(_ bytes: [UInt8], _ old: String, _ new: String) -> [UInt8] {
  let length = Int(bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
  var header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
  #expect(header.contains(old), "the header has no \(old): \(header)")
  if let range = header.firstRange(of: old) { header.replaceSubrange(range, with: new) }
  return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + header.utf8
    + bytes[(8 + length)...]
}
