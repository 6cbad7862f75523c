extension StaticEmbeddings {
  /// The tokens that have a vector, by id. Throws `format` when the file lacks them. O(vocabulary)
  package func tokens() throws(WitanError) -> [String] {
    guard let tensor = try Safetensors(storage.bytes).tensors["tokens"] else {
      throw WitanError(.format, "is missing", at: "tokens")
    }
    return tensor.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .prefix(rowCount).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Adds the vector of token `id`, below `rowCount`, to `sum`. [dimensions]
  package func add(_ id: Int, to sum: inout [Double]) {
    precondition(id >= 0 && id < rowCount && sum.count == dimensions)
    for d in 0..<dimensions { sum[d] += Double(table[id * dimensions + d]) * Double(scale[d]) }
  }
}
