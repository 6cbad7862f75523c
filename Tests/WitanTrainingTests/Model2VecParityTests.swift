import Foundation
import Testing
import Witan
import WitanTraining

/// Texts against model2vec itself, on a static model made here.
///
/// Set `WITAN_TEST_PYTHON` to a Python that has model2vec; without it these tests are skipped.
@Suite(
  .enabled(
    if: ReferencePython.has("model2vec"), "WITAN_TEST_PYTHON names no Python that has model2vec"))
struct Model2VecParityTests {
  private static let script = """
    import json, sys
    from model2vec import StaticModel
    model = StaticModel.from_pretrained(sys.argv[1])
    texts = json.load(sys.stdin)
    out = [model.encode(texts, normalize=n).astype(float).tolist() for n in (False, True)]
    json.dump(out, sys.stdout)
    """
  private static let texts = [
    "", " ", "the quick fox", "The BOATS!", "rivers, singing", "한", "the 한 fox", "∞ ∞", "日 the é",
    "caf\u{e9} the", "[UNK]", "the [PAD] fox", "zzz yyy", "a\u{0}b the\tfox\n", "don't",
    "the the the the fox",
  ]

  @Test(
    "vectors of texts are model2vec's to 1e-5",
    arguments: [.f32, .f64] as [Safetensors.ElementType], [nil, .f32] as [Safetensors.ElementType?])
  func parity(_ type: Safetensors.ElementType, _ weightType: Safetensors.ElementType?) throws {
    for mappingType in [nil, .i64, .i32] as [Safetensors.ElementType?] {
      let folder = StaticModelFolder(type: type, weightType: weightType, mappingType: mappingType)
      try folder.write { path in
        let input = JSON.array(Self.texts.map { .string($0) }).text()
        let output = try #require(try ReferencePython.run(Self.script, [path], input: input))
        let expected = try #require(try JSON(parsing: output).array)
        let table = try EmbeddingTable(folder: path)
        var worst = 0.0
        for (normalizes, vectors) in zip([false, true], expected) {
          for (text, vector) in zip(Self.texts, vectors.array ?? []) {
            let found = table.encode(text: text, normalizes: normalizes)
            for (a, b) in zip(found, vector.array ?? []) {
              worst = max(worst, (Double(a) - (b.number ?? .infinity)).magnitude)
            }
          }
          #expect(vectors.array?.count == Self.texts.count)
        }
        #expect(worst < 1e-5, "\(worst)")
      }
    }
  }
}
