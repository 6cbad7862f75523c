import Foundation
import Testing
import Witan

/// Files of dense, weighted and layered models: what is written reads back, what is wrong has a name.
struct ModelLayersFileTests {
  /// Two layers, dense and weighted: every tensor there is. [hidden 6 and 5, dimensions 16]
  private static let kind = TestModel.Kind(
    testDescription: "", hidden: [6, 5], isWeighted: true, dimensions: 16, hasPhrases: true)
  private let good = TestModel.bytes(Self.kind, labels: 3, log2Buckets: 8)

  private func message(_ bytes: [UInt8]) -> String {
    do {
      _ = try Classifier(bytes: bytes)
      return "no error"
    } catch { return error.description }
  }

  @Test("a written model of each kind reads back", arguments: TestModel.Kind.all)
  func roundTrip(_ kind: TestModel.Kind) throws {
    let spec = TestModel.spec(kind, labels: 3, hasAny: true)
    let read = try Classifier(bytes: TestModel.bytes(kind, labels: 3, hasAny: true))
    #expect(read.spec == spec)
    #expect(read.spec.hidden == kind.hidden && read.spec.isWeighted == kind.isWeighted)
    #expect(read.spec.columns == 4 + (kind.hidden.first ?? 0) + (kind.isWeighted ? 1 : 0))
    #expect(
      read.spec.features.hasTriples == kind.hasPhrases && read.spec.features.hasOpening == kind.hasPhrases)
    #expect(read.spec.features.hasCharacters == kind.hasCharacters)
    #expect(read.spec.dense == kind.embeddings.map { DenseSpec($0) })
    let thresholds = try spec.with(thresholds: [0.1, 0.2, 0.3], any: 0.4)
    #expect(thresholds.hidden == kind.hidden && thresholds.dense == spec.dense && thresholds != spec)
  }

  @Test(
    "each tensor that is missing, of another type or of another shape is refused by name",
    arguments: [
      ("table", "I8"), ("scale", "F32"), ("bias", "F32"), ("calibration_slope", "F32"),
      ("calibration_offset", "F32"), ("dense", "I8"), ("dense_scale", "F32"), ("output", "I8"),
      ("output_scale", "F32"), ("steps", "F32"), ("hidden", "I8"), ("hidden_scale", "F32"),
      ("hidden_bias", "F32"),
    ])
  func tensors(_ name: String, _ type: String) throws {
    #expect(message(good) == "no error")
    #expect(message(edited(good, "\"\(name)\":{", "\"other\":{")).contains("\(name): is missing"))
    let length = Int(good.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
    let header = String(decoding: good[8..<8 + length], as: UTF8.self)
    let start = try #require(header.firstRange(of: "\"\(name)\":{"))
    let field = String(header[start.lowerBound...].prefix { $0 != "}" })
    let other = type == "I8" ? "U8" : "I32"
    let retyped = field.replacing("\"\(type)\"", with: "\"\(other)\"")
    #expect(message(edited(good, field, retyped)).contains("\(name).dtype: is \(other), not \(type)"))
    let shape = try #require(field.firstMatch(of: /"shape":\[([0-9, ]+)\]/))
    let reshaped = field.replacing(shape.0, with: "\"shape\":[1,\(shape.1)]")
    #expect(message(edited(good, field, reshaped)).contains("\(name).shape: is [1, "))
  }

  @Test(
    "a spec that does not fit its tensors, or no model, is refused by the field",
    arguments: [
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[7, 5]"#, "table.shape"),
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[6, 4]"#, "hidden.shape"),
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[6]"#, "steps.shape"),
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[6, 5, 4]"#, "witan.spec.hidden: is not up to two layers"),
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[129, 5]"#, "witan.spec.hidden: is not up to two layers"),
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[6, 0]"#, "witan.spec.hidden: is not up to two layers"),
      (#"\"hidden\":[6, 5]"#, #"\"hidden\":[\"6\"]"#, "witan.spec.hidden: is missing or of the wrong type"),
      (#"\"weighted\":true"#, #"\"weighted\":false"#, "table.shape"),
      (#"\"dimensions\":16"#, #"\"dimensions\":32"#, "dense.shape"),
      (#"\"dimensions\":16"#, #"\"dimensions\":15"#, "witan.spec.dense: is missing or of the wrong type"),
      (#"\"dimensions\":16"#, #"\"dimensions\":272"#, "witan.spec.dense: is missing or of the wrong type"),
      (#"\"digest\""#, #"\"digits\""#, "witan.spec.dense: is missing or of the wrong type"),
      (#"\"opening\":5"#, #"\"opening\":3"#, "witan.spec.features.opening"),
      (#"\"words\":\"1-3\""#, #"\"words\":\"1-4\""#, "witan.spec.features.words"),
      (#"\"characters\":\"3-5\""#, #"\"characters\":\"3-6\""#, "witan.spec.features.characters"),
    ])
  func spec(_ old: String, _ new: String, _ named: String) {
    let text = message(edited(good, old, new))
    #expect(text.contains(named), "\(text)")
  }

  @Test("steps that are not above 0 are refused")
  func steps() {
    let spec = TestModel.spec(Self.kind)
    for step in [0, -1, .nan, .infinity, 1e-30] as [Float] {
      var weights = TestModel.weights(spec)
      weights.steps[1] = step
      #expect(
        message(ModelFile.encode(spec: spec, weights: weights, metadata: [:])).contains("steps: holds a"))
    }
  }

  @Test("a dense layer is checked also when the table is not given")
  func denseAlone() {
    let spec = TestModel.spec(.dense)
    var weights = TestModel.weights(spec)
    weights.dense.scale[3] = .nan
    #expect(
      message(ModelFile.encode(spec: spec, weights: weights, metadata: [:])).contains("dense_scale: holds"))
  }

  @Test("every truncation is an error, and damage is an error or a model that scores")
  func damage() {
    let table = Self.kind.embeddings
    for n in stride(from: 0, to: good.count, by: 11) {
      #expect(throws: WitanError.self, "\(n) bytes") { try Classifier(bytes: Array(good[..<n])) }
    }
    let header = Int(good.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }) + 8
    var random = SeededRandom(seed: 41)
    var loaded = 0
    for _ in 0..<6000 {
      var bytes = good
      for _ in 0...random.below(3) {
        bytes[random.below(random.below(3) == 0 ? header : bytes.count)] ^= 1 << UInt8(random.below(8))
      }
      guard let classifier = try? Classifier(bytes: bytes, embeddings: table) else { continue }
      loaded += 1
      let scores = classifier.score("the quick brown fox, don't")
      #expect(scores.probabilities.count == 3)
      if loaded % 16 == 0 { _ = try? classifier.explain("the fox".utf8, output: 1) }
    }
    #expect(loaded > 500)
  }
}
