import Testing
import Witan
import WitanTraining

/// A fastText model is evaluated as a classifier is.
struct FastTextEvaluationTests {
  /// Words red and blue, labels warm and cold, as `witan convert` writes them.
  private func model(loss: String) throws -> FastTextModel {
    func bytes(_ values: [Float]) -> [UInt8] {
      values.flatMap { x in withUnsafeBytes(of: x.bitPattern.littleEndian) { Array($0) } }
    }
    let arguments =
      #"{"dim":2,"loss":"\#(loss)","wordNgrams":1,"bucket":0,"minn":0,"maxn":0,"label_counts":[1,1]}"#
    let words = Array("red\0blue\0__label__warm\0__label__cold\0".utf8)
    return try FastTextModel(
      bytes: Safetensors.encode(
        metadata: ["witan.format": "fasttext-1", "witan.arguments": arguments],
        tensors: [
          ("rows", .f32, [2, 2], bytes([4, -4, -4, 4])), ("output", .f32, [2, 2], bytes([1, 0, 0, 1])),
          ("dictionary", .u8, [words.count], words),
        ]))
  }

  private let examples = [("red", "warm"), ("blue", "cold"), ("blue blue", "cold"), ("red", "cold")].map {
    Example(text: $0.0, labels: [$0.1: 1], isSingleLabel: true)
  }

  @Test("one choice, and a yes or no for each label", arguments: ["softmax", "ova"])
  func evaluation(_ loss: String) throws {
    let e = try Evaluation(model(loss: loss), examples)
    #expect(e.accuracy == 0.75)
    #expect(e.labels.map(\.id) == ["warm", "cold"])
    #expect(e.labels.map(\.recall) == [1, 2.0 / 3])
    #expect(e.confusion == (loss == "softmax" ? [[1, 0], [1, 2]] : []))
    #expect(e.any == nil)
  }

  @Test("a label stands in for a principle; there is no 'any'")
  func harm() throws {
    let model = try model(loss: "ova")
    let e = try HarmEvaluation(
      model, principle: "warm", harmful: [("h", ["red"])], benign: [("b", ["blue", "red blue blue"])])
    #expect(e.sets.map(\.auroc) == [1])
    #expect(throws: WitanError.self) {
      try HarmEvaluation(model, harmful: [("h", ["red"])], benign: [("b", ["blue"])])
    }
  }
}
