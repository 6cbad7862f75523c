import Witan

/// A small table of word-piece vectors with random rows, for tests of dense models.
enum TestEmbeddings {
  /// Pieces that have a row: words, their continuations, letters of three scripts, marks.
  private static let pieces =
    ["the", "quick", "brown", "fox", "don", "fine", "hi", "text", "##ed", "##ing", "##ow", "日", "本", "語"]
    + "abcdefghijklmnopqrstuvwxyz0123456789.,'!-".map { "\($0)" }
    + "abcdefghijklmnopqrstuvwxyz0123456789".map { "##\($0)" } + "привет".map { "##\($0)" } + ["п"]
  /// Tokens without a row, as `EmbeddingTable` puts them last.
  private static let bare = ["한", "[PAD]", "[UNK]", "[CLS]", "[SEP]"]

  static var rowCount: Int { pieces.count }

  static func bytes(
    dimensions: Int = 48, name: String = "test", digest: String = "sha256:test", seed: UInt64 = 1,
    tokenizer: [String: JSON] = [:],
    change: (inout [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])]) -> Void =
      { _ in }
  ) -> [UInt8] {
    var random = SeededRandom(seed: seed, purpose: "embeddings")
    let rows = (0..<pieces.count * dimensions).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let scale = (0..<dimensions).map { _ in Float(0.001 + random.unit() * 0.01) }
    let lines = Array((pieces + bare).map { $0 + "\n" }.joined().utf8)
    var tensors: [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])] = [
      // -128 does not come of rounding; here it stands for a file made by others.
      ("embeddings", .i8, [pieces.count, dimensions], rows),
      (
        "scale", .f32, [dimensions],
        scale.flatMap { value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
      ),
      ("tokens", .u8, [lines.count], lines),
    ]
    change(&tensors)
    return Safetensors.encode(
      metadata: [
        "witan.format": StaticEmbeddings.formatVersion, "witan.digest": digest,
        "witan.embeddings": JSON.object(["name": .string(name), "tokenizer": .object(tokenizer)]).text(),
        "witan.licence": "none",
      ], tensors: tensors)
  }

  static func table(dimensions: Int = 48, name: String = "test") -> StaticEmbeddings {
    try! StaticEmbeddings(bytes: bytes(dimensions: dimensions, name: name))
  }
}
