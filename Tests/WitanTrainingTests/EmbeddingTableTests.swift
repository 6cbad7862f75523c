import Foundation
import Testing
import Witan
import WitanTraining

/// Static models on their way to a shared table.
struct EmbeddingTableTests {
  @Test(
    "both layouts and all types read alike, with weights and mapping",
    arguments: ["embeddings", "embedding.weight"], [.f32, .f16, .bf16, .f64] as [Safetensors.ElementType])
  func layouts(_ name: String, _ type: Safetensors.ElementType) throws {
    for weightType in [nil, .f32, .f64, .f16] as [Safetensors.ElementType?] {
      for mappingType in [nil, .i64, .i32] as [Safetensors.ElementType?] {
        let folder = StaticModelFolder(
          name: name, type: type, weightType: weightType, mappingType: mappingType)
        let table = try folder.table()
        #expect(table.dimensions == 16)
        let expected = folder.tokens.indices.flatMap { folder.vector($0) }
        let isSame = table.vectors == expected  // too long to be printed
        #expect(
          isSame, "weights \(String(describing: weightType)), mapping \(String(describing: mappingType))")
      }
    }
  }

  @Test("a text is the mean of its known pieces")
  func encode() throws {
    let folder = StaticModelFolder(weightType: .f32, mappingType: .i64)
    let table = try folder.table()
    func id(_ token: String) -> Int { folder.tokens.firstIndex(of: token)! }
    func mean(_ tokens: [String]) -> [Float] {
      let rows = tokens.map { folder.vector(id($0)) }
      return (0..<16).map { j in rows.reduce(0) { $0 + $1[j] } / Float(rows.count) }
    }
    func expect(_ text: String, _ tokens: [String]) {
      let found = table.encode(text: text, normalizes: false)
      for (a, b) in zip(found, tokens.isEmpty ? [Float](repeating: 0, count: 16) : mean(tokens)) {
        #expect(abs(a - b) < 1e-6, "\(text)")
      }
      let unit = table.encode(text: text, normalizes: true)
      let length = unit.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(length - (tokens.isEmpty ? 0 : 1)) < 1e-6, "\(text)")
    }
    expect("", [])
    expect(" \n", [])
    expect("한 ∞", [])  // unknown pieces do not count
    expect("The boats!", ["the", "boat", "##s", "!"])
    expect("the 한 fox", ["the", "fox"])
    expect("the [UNK][PAD] fox", ["the", "[PAD]", "fox"])
    expect("the the the fox", ["the", "the", "the", "fox"])
  }

  @Test("the file has the pieces with a vector first, rounded to half a step")
  func rounding() throws {
    let folder = StaticModelFolder(dimensions: 20)
    let table = try folder.table()
    let bytes = try table.encode(
      name: "toy", EmbeddingTable.Preparation(), metadata: ["witan.source": "here"])
    let made = try StaticEmbeddings(bytes: bytes)
    #expect(made.name == "toy" && made.metadata["witan.source"] == "here")
    #expect(made.dimensions == 32 && made.rowCount == folder.tokens.count - 2)
    #expect(made.digest.hasPrefix("sha256:") && made.digest.count == 7 + 64)
    // The two in brackets go last; the others keep their order.
    #expect(made.vocabulary.id(of: "the") == 0 && made.vocabulary.id(of: "quick") == 1)
    #expect(made.vocabulary.unknownID == UInt32(folder.tokens.count - 1))
    let file = try bytes.withUnsafeBytes { raw in
      let tensors = try Safetensors(raw).tensors
      return (
        table: try #require(tensors["embeddings"]).bytes.map { Int8(bitPattern: $0) },
        scale: try #require(tensors["scale"]).floats("scale")
      )
    }
    for id in 2..<folder.tokens.count {
      for (j, value) in folder.vector(id).enumerated() {
        let found = Float(file.table[(id - 2) * 32 + j]) * file.scale[j]
        #expect(abs(found - value) <= file.scale[j] * 0.5001)
      }
      #expect(file.table[(id - 2) * 32 + 20..<(id - 1) * 32].allSatisfy { $0 == 0 })
    }
    #expect(try table.encode(name: "toy", .init(), metadata: ["witan.source": "here"]) == bytes)
  }

  @Test("what a stream reads of the file is what the float model says of the text")
  func likeFloats() throws {
    for kind in [nil, .i64] as [Safetensors.ElementType?] {
      let folder = StaticModelFolder(weightType: .f32, mappingType: kind)
      let table = try folder.table()
      let vectors = DenseVectors(try StaticEmbeddings(bytes: table.encode(name: "toy", .init())))
      for text in ["The boats!", "the 한 fox", "quick quick river, xyz", "日 é", "", "한"] {
        let exact = table.encode(text: text, normalizes: true)
        let rounded = Array(text.utf8).withUnsafeBufferPointer { vectors.vector(of: $0) }
        for (a, b) in zip(exact, rounded) { #expect(abs(a - b) < 0.02, "\(text)") }
      }
    }
  }

  @Test("preparation: unit rows, weights by rank, ASCII alone, fewer components")
  func preparation() throws {
    let folder = StaticModelFolder()
    let table = try folder.table()
    func made(_ change: (inout EmbeddingTable.Preparation) -> Void) throws -> (StaticEmbeddings, DenseVectors)
    {
      var preparation = EmbeddingTable.Preparation()
      change(&preparation)
      let made = try StaticEmbeddings(bytes: table.encode(name: "toy", preparation))
      return (made, DenseVectors(made))
    }
    func direction(_ vectors: DenseVectors, _ text: String) -> [Float] {
      Array(text.utf8).withUnsafeBufferPointer { vectors.vector(of: $0) }
    }
    let ascii = try made { $0.isASCII = true }
    #expect(ascii.0.rowCount == folder.tokens.count - 4)
    #expect(direction(ascii.1, "日 é").allSatisfy { $0 == 0 })
    // log(1 + id) beside vectors of length one, by hand for two pieces.
    let ranked = try made { ($0.normalizesRows, $0.weighsByRank) = (true, true) }
    let (the, fox) = (folder.vector(2), folder.vector(4))
    func length(_ v: [Float]) -> Float { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let sum = zip(the, fox).map { $0 / length(the) * log(3) + $1 / length(fox) * log(5) }
    for (a, b) in zip(direction(ranked.1, "the fox"), sum) { #expect(abs(a - b / length(sum)) < 0.02) }
    let few = try made { ($0.dimensions, $0.whitening) = (5, 1) }
    #expect(few.0.dimensions == 16)
    #expect(direction(few.1, "the fox")[5...].allSatisfy { $0 == 0 })
  }

  @Test("another name or other vectors make another file, other vectors another digest")
  func digest() throws {
    let table = try StaticModelFolder().table()
    func digest(_ name: String, _ change: (inout EmbeddingTable.Preparation) -> Void = { _ in }) throws
      -> String
    {
      var preparation = EmbeddingTable.Preparation()
      change(&preparation)
      return try StaticEmbeddings(bytes: table.encode(name: name, preparation)).digest
    }
    #expect(try digest("a") == digest("b"))
    #expect(try digest("a") != digest("a") { $0.normalizesRows = true })
    #expect(try digest("a") != digest("a") { $0.isASCII = true })
  }

  @Test("what cannot be read is an error with file and field")
  func errors() throws {
    let good = StaticModelFolder(weightType: .f32, mappingType: .i64)
    func message(
      tokenizer: String? = good.tokenizerJSON,
      _ change: (inout [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])]) ->
        Void =
        { _ in }
    ) throws -> String {
      var tensors = good.tensors
      change(&tensors)
      return try good.write(tokenizer: tokenizer, model: Safetensors.encode(metadata: [:], tensors: tensors))
      {
        folder in
        do throws(WitanError) {
          _ = try EmbeddingTable(folder: folder)
          return "no error"
        } catch { return error.description.replacing(folder, with: "") }
      }
    }
    #expect(try message() == "no error")
    #expect(try message(tokenizer: nil) == "/tokenizer.json: cannot be read")
    #expect(try message(tokenizer: "{}").hasPrefix("/tokenizer.json: normalizer"))
    let gap = good.tokenizerJSON.replacing("\"fox\":4", with: "\"fox\":400")
    #expect(try message(tokenizer: gap) == "/tokenizer.json: model.vocab: has gaps in its ids")
    let lines = good.tokenizerJSON.replacing("\"fox\":4", with: "\"fo\\nx\":4")
    #expect(try message(tokenizer: lines) == "/tokenizer.json: model.vocab: token 4 has a line break")
    #expect(try message { $0[0].name = "vectors" }.hasPrefix("/model.safetensors: embeddings: is missing"))
    #expect(
      try message { $0[0].shape = [320] }
        == "/model.safetensors: embeddings.shape: is [320], not [rows, dimensions]")
    #expect(
      try message { $0[0] = ("embeddings", .f32, [0, 16], []) }
        == "/model.safetensors: embeddings.shape: is [0, 16], not [rows, dimensions]")
    #expect(
      try message { $0.removeLast() } == "/model.safetensors: embeddings.shape: has 20 rows for 65 tokens")
    #expect(
      try message { $0[1] = ("weights", .f32, [3], StaticModelFolder.bytes([1, 1, 1], .f32)) }
        == "/model.safetensors: weights: has 3 entries for 65 tokens")
    for row in [-1, 20] {
      var mapping = good.mapping.map { Double($0) }
      mapping[7] = Double(row)
      #expect(
        try message { $0[2].bytes = StaticModelFolder.bytes(mapping, .i64) }
          == "/model.safetensors: mapping: sends token 7 to row \(row) of 20")
    }
    #expect(
      try message { $0[0].bytes.replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F]) }
        == "/model.safetensors: embeddings: holds a value that is not finite and below 1e9")
    #expect(
      try good.write(tokenizer: good.tokenizerJSON, model: nil) { folder in
        try #require(#expect(throws: WitanError.self) { try EmbeddingTable(folder: folder) }).description
      }.contains("/model.safetensors: cannot be opened"))
  }

  @Test("too many columns are refused with what to do, and odd numbers are no crash")
  func oddTables() throws {
    let wide = try StaticModelFolder(dimensions: 257).table()
    let error = try #require(
      #expect(throws: WitanError.self) { try wide.encode(name: "wide", .init()) })
    #expect(
      error.description
        == "dimensions: 257 columns are more than the 256 that a table has; keep fewer components")
    for value in [0x1p-149, 0x1.8p-142, -0x1p-126, 9e8] {
      let folder = StaticModelFolder(type: .f64)
      var tensors = folder.tensors
      tensors[0].bytes = StaticModelFolder.bytes(
        (0..<folder.tokens.count * 16).map { Double($0 % 7) / 6 * value }, .f64)
      try folder.write(
        tokenizer: folder.tokenizerJSON, model: Safetensors.encode(metadata: [:], tensors: tensors)
      ) { path in
        let table = try EmbeddingTable(folder: path)
        for isUnit in [false, true] {
          var preparation = EmbeddingTable.Preparation()
          preparation.normalizesRows = isUnit
          _ = try StaticEmbeddings(bytes: table.encode(name: "odd", preparation))
        }
      }
    }
  }
}
