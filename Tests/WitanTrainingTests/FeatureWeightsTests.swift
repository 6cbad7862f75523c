import Foundation
import Testing
import Witan
import WitanTraining

/// Weights of features against a plain reading of the formula, and that training and runtime divide by
/// the same norm.
struct FeatureWeightsTests {
  private func spec(_ task: ModelSpec.Task, _ classes: Int) throws -> ModelSpec {
    try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: task,
      labels: (0..<classes).map { Label(id: "class-\($0)") }, isWeighted: true)
  }

  /// squares[row], from the ids of each text, in double precision.
  private func reference(_ examples: [Example], _ spec: ModelSpec) -> [Double] {
    let outputs = spec.isBinary ? ["class-1"] : spec.labels.map(\.id)
    var all: [Int: Double] = [:]
    var inside = outputs.map { _ in [Int: Double]() }
    var totals = outputs.map { _ in 0.0 }
    var total = 0.0
    for example in examples where example.weight > 0 {
      let ids = FeatureExtractor.words(of: example.text.utf8, spec.features).flatMap(\.ids)
      total += Double(ids.count)
      for id in ids { all[Int(id), default: 0] += 1 }
      for (j, label) in outputs.enumerated() {
        let degree = Double(example.labels[label] ?? 0)
        totals[j] += degree * Double(ids.count)
        for id in ids { inside[j][Int(id), default: 0] += degree }
      }
    }
    let squares = (0..<spec.features.buckets).map { row -> Double in
      guard let count = all[row] else { return 0 }
      let ratios = outputs.indices.map { j in
        let within = inside[j][row] ?? 0
        return log((within + 1) / (totals[j] + 1) / ((count - within + 1) / (total - totals[j] + 1)))
      }
      return pow(ratios.map(\.magnitude).max()! + 0.1, 2)
    }
    let seen = squares.filter { $0 > 0 }.sorted()
    let step = seen[min(seen.count - 1, seen.count * 99 / 100)] / 127
    return squares.map { $0 == 0 ? 0 : min(127, max(1, $0 / step)) }
  }

  @Test("weights are those of the formula", arguments: [0, 2, 3])
  func formula(_ classes: Int) throws {
    var examples =
      classes == 0
      ? ToyData.multiLabel(count: 200, seed: 61) : ToyData.choice(classes, count: 200, seed: 61)
    examples[3].weight = 0
    for i in stride(from: 0, to: 200, by: 7) where classes == 0 {
      examples[i].labels = examples[i].labels.mapValues { _ in 0.25 }
    }
    let spec = try spec(classes == 0 ? .multiLabel : .singleLabel, classes == 0 ? 3 : classes)
    let squares = FeatureWeights(TrainingSet(examples, spec, nil), spec).squares
    let expected = reference(examples, spec)
    #expect(squares.count == expected.count)
    for (row, (a, b)) in zip(squares, expected).enumerated() {
      #expect((Double(a) - b).magnitude < 0.51, "row \(row)")
    }
    #expect(Set(squares).count > 10)
  }

  @Test("ids carry the weights, norms are their root, and the mark of words stays")
  func norms() throws {
    let examples =
      ToyData.choice(3, count: 60, seed: 62) + [
        Example(text: "", labels: ["class-0": 1], isSingleLabel: true)
      ]
    let spec = try spec(.singleLabel, 3)
    let plain = TrainingSet(examples, spec, nil)
    let weights = FeatureWeights(plain, spec)
    var marked = plain
    marked.apply(weights)
    for i in 0..<plain.count {
      var sum = 0
      for k in plain.ids(i) {
        let (before, after) = (plain.ids[k], marked.ids[k])
        #expect(before & 0x80FF_FFFF == after & 0x80FF_FFFF)
        #expect(before & 0x7F00_0000 == 0)
        #expect(UInt8(after >> 24 & 127) == weights.squares[Int(after & 0xFF_FFFF)])
        sum += Int(after >> 24 & 127)
      }
      #expect(marked.norms[i] == Float(max(1, sum)).squareRoot())
      #expect(plain.norms[i] == Float(max(1, plain.ids(i).count)).squareRoot())
    }
    #expect(marked.norms.last == 1)
  }

  @Test("the table's last column is the weights, so that a stream divides by the norm of training")
  func lastColumn() throws {
    let examples = ToyData.choice(3, count: 200, seed: 63)
    let dev = ToyData.choice(3, count: 60, seed: 64)
    let result = try ToyData.trainer().train(examples, dev: dev)
    let spec = result.spec
    #expect(spec.isWeighted && spec.columns == 4)
    var set = TrainingSet(examples, spec, nil)
    let weights = FeatureWeights(set, spec)
    set.apply(weights)
    let column = stride(from: 3, to: result.weights.table.count, by: 4).map { result.weights.table[$0] }
    let isSame = column == weights.squares.map { Int8($0) }
    #expect(isSame)
    let stream = try Classifier(bytes: result.modelBytes).makeStream()
    for (i, example) in examples.enumerated() {
      stream.reset()
      stream.push(example.text)
      stream.finish()
      #expect(Float(max(1, stream.sums[3])).squareRoot() == set.norms[i])
    }
  }

  @Test("weights lift what tells labels apart above what does not")
  func meaning() throws {
    let spec = try spec(.singleLabel, 3)
    let weights = FeatureWeights(TrainingSet(ToyData.choice(3, count: 400, seed: 65), spec, nil), spec)
    func square(_ word: String) -> Int {
      // The last feature of a word by itself is the word.
      Int(weights.squares[Int(FeatureExtractor.words(of: word.utf8, spec.features)[0].ids.last!)])
    }
    #expect(square("river") > 5 * square("table"))
    #expect(square("table") >= 1)
    #expect(square("unheard") == 0)
  }
}
