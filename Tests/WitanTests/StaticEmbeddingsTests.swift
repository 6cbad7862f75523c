import Foundation
import Testing
import Witan

/// The shared table: what is read, what is refused and how, and what a model does without it.
struct StaticEmbeddingsTests {
  private typealias Tensors = [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])]

  private func message(_ bytes: [UInt8]) -> String {
    do {
      _ = try StaticEmbeddings(bytes: bytes)
      return "no error"
    } catch { return error.description }
  }

  @Test("a table reads back from memory and from a file")
  func reading() throws {
    let bytes = TestEmbeddings.bytes(dimensions: 32, name: "small", digest: "sha256:1")
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    for table in [try StaticEmbeddings(bytes: bytes), try StaticEmbeddings(path: path)] {
      #expect(table.name == "small")
      #expect(table.digest == "sha256:1")
      #expect(table.dimensions == 32)
      #expect(table.rowCount == TestEmbeddings.rowCount)
      #expect(table.vocabulary.idCount == table.rowCount + 5)
      #expect(table.vocabulary.id(of: "the") == 0)
      #expect(table.metadata["witan.licence"] == "none")
    }
  }

  @Test(
    "a header that lies is refused by the name of the field",
    arguments: [
      ("\"embeddings-1\"", "\"embeddings-2\"", "__metadata__.witan.format: is not 'embeddings-1'"),
      ("\"witan.format\"", "\"witan.formal\"", "__metadata__.witan.format: is not 'embeddings-1'"),
      ("\"witan.embeddings\"", "\"witan.embedding\"", "__metadata__.witan.embeddings: is missing or no JSON"),
      (#"\"name\""#, #"\"nome\""#, "__metadata__.witan.embeddings: is missing or no JSON"),
      (#""{\""#, #""[\""#, "__metadata__.witan.embeddings: is missing or no JSON"),
      ("\"witan.digest\"", "\"witan.digits\"", "__metadata__.witan.digest: is missing"),
      ("\"embeddings\":{", "\"embedding\":{", "embeddings: is missing or of the wrong type"),
      ("\"scale\":{", "\"scald\":{", "scale: is missing or of the wrong type"),
      ("\"tokens\":{", "\"token\":{", "tokens: is missing or of the wrong type"),
      ("\"I8\"", "\"U8\"", "embeddings: is missing or of the wrong type"),
      ("\"F32\"", "\"I32\"", "scale: is missing or of the wrong type"),
      ("\"U8\"", "\"I8\"", "tokens: is missing or of the wrong type"),
      ("\"shape\":[16]", "\"shape\":[16,1]", "scale: is missing or of the wrong type"),
      ("\"shape\":[16]", "\"shape\":[15]", "scale.data_offsets"),
    ])
  func lyingHeader(_ old: String, _ new: String, _ named: String) {
    let text = message(edited(TestEmbeddings.bytes(dimensions: 16), old, new))
    #expect(text.contains(named), "\(text)")
  }

  @Test("columns that cannot be summed are refused", arguments: [0, 1, 8, 17, 257, 272])
  func columns(_ dimensions: Int) {
    let text = message(TestEmbeddings.bytes(dimensions: dimensions))
    #expect(
      text == "embeddings.shape: has \(dimensions) columns, not a multiple of 16 up to 256",
      "\(text)")
  }

  @Test("a table whose parts do not fit together is refused by the name of the part")
  func contradictions() {
    func changed(_ change: (inout Tensors) -> Void) -> String {
      message(TestEmbeddings.bytes(dimensions: 16, change: change))
    }
    #expect(
      changed { $0[1] = ("scale", .f32, [17], [UInt8](repeating: 0, count: 68)) }
        == "scale.shape: is [17], not [16]")
    #expect(
      changed { $0[1].bytes.replaceSubrange(4..<8, with: [0, 0, 0xC0, 0x7F]) }
        == "scale: holds a value that is not finite and below 1e9")
    let two = Array("[UNK]\nthe\n".utf8)
    #expect(
      changed { $0[2] = ("tokens", .u8, [two.count], two) }
        == "embeddings.shape: has \(TestEmbeddings.rowCount) rows for 2 tokens")
    let none = Array("a\nthe\n".utf8)
    #expect(
      changed { $0[2] = ("tokens", .u8, [none.count], none) }.contains("'[UNK]', is not in the vocabulary"))
    #expect(changed { $0[2].bytes[1] = 0xFF }.contains("line 1: is not valid UTF-8"))
    #expect(changed { $0[2] = ("tokens", .u8, [0], []) }.contains("'[UNK]', is not in the vocabulary"))
  }

  @Test("a table without rows gives zeros, not a crash")
  func noRows() throws {
    let bytes = TestEmbeddings.bytes(dimensions: 48) { $0[0] = ("embeddings", .i8, [0, 48], []) }
    let classifier = try Classifier(
      bytes: TestModel.bytes(.dense), embeddings: StaticEmbeddings(bytes: bytes))
    let stream = classifier.makeStream()
    stream.push("the quick fox")
    stream.finish()
    #expect(stream.denseSums.allSatisfy { $0 == 0 })
    #expect(stream.read().allSatisfy { $0.isFinite })
  }

  @Test("every truncation is an error, and damage is an error or harmless")
  func damage() {
    let good = TestEmbeddings.bytes(dimensions: 16)
    for n in 0..<good.count {
      #expect(throws: WitanError.self, "\(n) bytes") { try StaticEmbeddings(bytes: Array(good[..<n])) }
    }
    let model = TestModel.bytes(TestModel.Kind(testDescription: "", dimensions: 16))
    var random = SeededRandom(seed: 31)
    var loaded = 0
    for _ in 0..<4000 {
      var bytes = good
      for _ in 0...random.below(3) {
        bytes[random.below(random.below(3) == 0 ? bytes.count : 700)] ^= 1 << UInt8(random.below(8))
      }
      guard let table = try? StaticEmbeddings(bytes: bytes) else { continue }
      loaded += 1
      if let classifier = try? Classifier(bytes: model, embeddings: table) {
        _ = classifier.score("the quick brown-fox 日本語 don't")
      }
    }
    #expect(loaded > 100)
  }

  @Test("another table than the one of training is refused by name and digest")
  func mismatch() throws {
    let model = TestModel.bytes(.dense)
    for bytes in [
      TestEmbeddings.bytes(name: "other"), TestEmbeddings.bytes(digest: "sha256:2"),
      TestEmbeddings.bytes(dimensions: 64),
    ] {
      let table = try StaticEmbeddings(bytes: bytes)
      let error = try #require(
        #expect(throws: WitanError.self) { try Classifier(bytes: model, embeddings: table) })
      #expect(error.place == "dense.digest")
      #expect(
        error.message
          == "the model needs the embeddings 'test' (sha256:test), not '\(table.name)' (\(table.digest))")
    }
  }

  @Test("without its table a dense model scores as if no word piece were known")
  func without() throws {
    let bytes = TestModel.bytes(.dense)
    let alone = try Classifier(bytes: bytes)
    let whole = TestModel.classifier(.dense)
    #expect(!alone.isComplete && alone.embeddings == nil)
    #expect(whole.isComplete && whole.embeddings != nil)
    // No piece of this text has a row, so there the table says nothing.
    #expect(alone.score("한") == whole.score("한"))
    #expect(alone.score("the fox") != whole.score("the fox"))
    #expect(alone.score("the fox").probabilities.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test("a model without embeddings takes none and is complete")
  func linear() throws {
    let classifier = try Classifier(bytes: TestModel.bytes(), embeddings: TestEmbeddings.table())
    #expect(classifier.isComplete && classifier.embeddings == nil)
    #expect(classifier.score("the fox") == TestModel.classifier().score("the fox"))
  }

  @Test("vectors for training are those that a stream reads")
  func trainingVectors() throws {
    let table = TestEmbeddings.table()
    let vectors = DenseVectors(table)
    let stream = TestModel.classifier(.dense).makeStream()
    for text in ["", "the", "The quick-brown fox, don't", "한", "日本語 text [UNK] hi"] {
      stream.reset()
      stream.push(text)
      stream.finish()
      let v = zip(stream.denseSums, table.scale).map { Double($0) * Double($1) }
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let found = Array(text.utf8).withUnsafeBufferPointer { vectors.vector(of: $0) }
      for (a, b) in zip(found, v) {
        #expect(abs(Double(a) - (length > 0 ? b / length : 0)) < 1e-4, "\(text)")
      }
      #expect(found.contains { $0 != 0 } == !["", "한"].contains(text))
    }
  }
}
