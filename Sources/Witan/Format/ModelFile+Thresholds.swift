extension ModelFile {
  /// The same model with other thresholds and metadata; every tensor keeps its bytes and its place.
  /// [thresholds: labels] Throws as `init`, and `invalidValue` when a threshold is outside (0, 1]. O(file)
  package static func with(
    _ bytes: [UInt8], thresholds: [Float], any: Float, metadata: [String: String]
  ) throws(WitanError) -> [UInt8] {
    let storage = MappedFile(copying: bytes)
    return try withExtendedLifetime(storage) { () throws(WitanError) in
      let spec = try ModelFile(storage.bytes).spec.with(thresholds: thresholds, any: any)
      let file = try Safetensors(storage.bytes)
      var told = metadata
      told["witan.format"] = formatVersion
      told["witan.spec"] = spec.json.text()
      let inOrder = file.tensors.sorted {
        ($0.value.bytes.baseAddress!, $0.key) < ($1.value.bytes.baseAddress!, $1.key)
      }
      return Safetensors.encode(
        metadata: told,
        tensors: inOrder.map { ($0.key, $0.value.type, $0.value.shape, Array($0.value.bytes)) })
    }
  }
}
