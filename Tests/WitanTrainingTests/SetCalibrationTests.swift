import Testing
import Witan
import WitanTraining

/// Prediction sets from labelled texts to the file of a model and its findings.
struct SetCalibrationTests {
  /// Texts whose labels are right more often than not by the model's own scores; every third is of group `second`,
  /// whose labels are noise.
  static func examples(_ count: Int, seed: UInt64) throws -> [Example] {
    let classifier = try CalibrationModel.classifier()
    var random = SeededRandom(seed: seed, purpose: "labels")
    return CalibrationModel.examples(count, seed: seed).map { example in
      let p = classifier.score(example.text).probabilities
      var labelled = example
      for (j, id) in ["p", "q"].enumerated() {
        let chance = example.group == "second" ? 0.5 : p[j] > 0.5 ? 0.8 : 0.2
        labelled.labels[id] = random.unit() < chance ? 1 : 0
      }
      return labelled
    }
  }

  static func calibrate(
    _ examples: [Example], for names: [String]? = nil, _ options: SetCalibrationOptions,
    bytes: [UInt8]? = nil, side: Side? = nil
  ) throws -> SetCalibration {
    let classifier = try bytes.map { try Classifier(bytes: $0) } ?? CalibrationModel.classifier()
    return try SetCalibration(
      classifier, LabelledSample(classifier, examples, side: side), outputs: names, options)
  }

  @Test(
    "the calibrated file has its sets, the findings that they give, and the scores and thresholds that it had"
  )
  func roundTrip() throws {
    let bytes = try CalibrationModel.bytes(metadata: ["witan.note": "kept"])
    let examples = try Self.examples(600, seed: 1)
    let calibration = try Self.calibrate(examples, SetCalibrationOptions(alpha: 0.1))
    #expect(calibration.outputs.map(\.name) == ["any", "p", "q"] && calibration.refused.isEmpty)
    let model = try Classifier(bytes: calibration.calibrated(bytes))
    let original = try Classifier(bytes: bytes)
    #expect(original.predictionSets.isEmpty && original.findings(of: [0.1, 0.2, 0.3]) == [nil, nil, nil])
    #expect(model.metadata["witan.note"] == "kept" && model.spec == original.spec)
    let bounds = try #require(model.predictionSets["any"])
    let output = calibration.outputs[0]
    #expect(bounds.lower == output.lower && bounds.upper == output.upper && bounds.lower < bounds.upper)
    #expect(bounds.alpha == 0.1 && bounds.positives + bounds.negatives == 600)
    #expect(
      bounds.statement.hasPrefix(
        "the set holds the truth for at least 90 % of the texts that fall under it and of those that do not"))
    // Of n texts of a class at most floor(alpha (n + 1)) lie strictly beyond the bound, less one for the bound's own.
    let sample = try LabelledSample(original, examples)
    for isPositive in [true, false] {
      let own = sample.truth.indices.filter { sample.truth[$0][2] == isPositive }.map { sample.scores[$0][2] }
      let beyond = own.count { isPositive ? $0 < bounds.lower : $0 > bounds.upper }
      #expect(beyond == Int(0.1 * Double(own.count + 1)) - 1)
    }
    for text in CalibrationModel.texts(40, seed: 2) {
      let scores = model.score(text)
      #expect(scores.probabilities == original.score(text).probabilities)
      let any = try #require(scores.any)
      let isUnder = any >= bounds.lower
      let isNot = any <= bounds.upper
      let finding = model.finding(of: scores)
      #expect(finding == (isUnder == isNot ? .cannotTell : isUnder ? .fallsUnder : .doesNot))
      #expect(model.findings(of: scores.probabilities + [any])[2] == finding)
      #expect(original.finding(of: scores) == nil)
      let opinion = Opinion(model, scores)
      #expect(opinion.finding == finding && (opinion.standing == .undecided) == (finding == .cannotTell))
      #expect(Opinion(original, scores).finding == (any >= 0.5 ? .fallsUnder : .doesNot))
    }
    #expect(bounds.finding(0) == .doesNot && bounds.finding(1) == .fallsUnder)
    #expect(bounds.finding(.nan) == .cannotTell)
    #expect(try calibration.calibrated(bytes) == calibration.calibrated(bytes))
    #expect(
      try Self.calibrate(examples.reversed(), SetCalibrationOptions(alpha: 0.1)).digest == calibration.digest)
  }

  @Test("sets that leave a gap abstain there too")
  func gap() throws {
    let examples = CalibrationModel.examples(400, seed: 5)
    let classifier = try CalibrationModel.classifier()
    // Labels that the model knows for certain: at this alpha the bounds pass each other.
    let labelled = examples.map { example in
      var labelled = example
      labelled.labels = classifier.score(example.text).probabilities[0] > 0.5 ? ["p": 1] : [:]
      return labelled
    }
    let calibration = try Self.calibrate(labelled, for: ["p"], SetCalibrationOptions(alpha: 0.3))
    let model = try Classifier(bytes: calibration.calibrated(CalibrationModel.bytes()))
    let bounds = try #require(model.predictionSets["p"])
    #expect(bounds.lower > bounds.upper)
    #expect(bounds.finding((bounds.lower + bounds.upper) / 2) == .cannotTell)
    #expect(calibration.outputs[0].sample.neither > 0 && calibration.outputs[0].sample.both == 0)
    #expect(model.predictionSets["any"] == nil && model.finding(of: [0.5, 0.5, 0.5]) == nil)
  }

  @Test(
    "over 1,000 random splits of texts both classes of `any` are covered as promised, and abstention is counted"
  )
  func coverage() throws {
    let examples = try Self.examples(900, seed: 3)
    let classifier = try CalibrationModel.classifier()
    let sample = try LabelledSample(classifier, examples)
    var (covered, n, expected) = ([0, 0], [0, 0], 0)
    for seed in 0..<1000 {
      let found = try SetCalibration(
        classifier, sample, outputs: ["any"],
        SetCalibrationOptions(alpha: 0.1, heldOut: 0.5, seed: UInt64(seed)))
      let held = try #require(found.outputs[0].heldOut)
      for (i, part) in [held.fallsUnder, held.doesNot].enumerated() {
        covered[i] += part.covered
        n[i] += part.n
        expected += part.isExpected == true ? 1 : 0
        try #require(part.covered >= part.right && part.n >= part.right + part.wrong)
      }
      let decided = held.n - held.both - held.neither
      try #require(
        decided == held.fallsUnder.right + held.fallsUnder.wrong + held.doesNot.right + held.doesNot.wrong)
      try #require(found.sampleSize + held.n == 900)
    }
    for i in 0..<2 {
      let share = Double(covered[i]) / Double(n[i])
      // k / (n + 1) is at most 0.1 and at least 0.1 - 1 / (n + 1), with n of about 300 and 130.
      #expect(share > 0.897 && share < 0.913, "\(i): \(share)")
    }
    #expect(Double(expected) / 2000 > 0.93, "\(expected)")
  }

  @Test(
    "per group: the sets are the widest of all groups', and each group is covered; without, the worst is not")
  func groups() throws {
    let examples = try Self.examples(6000, seed: 4)
    var options = SetCalibrationOptions(alpha: 0.1, heldOut: 0.5)
    let pooled = try Self.calibrate(examples, for: ["any"], options).outputs[0]
    options.isPerGroup = true
    let found = try Self.calibrate(examples, for: ["any"], options)
    let output = found.outputs[0]
    #expect(output.parts.map(\.name) == ["first", "second"] && pooled.parts.isEmpty)
    #expect(
      output.lower == (output.parts.map(\.fallsUnder) + [output.fallsUnder]).compactMap { $0?.value }.min())
    #expect(output.upper == (output.parts.map(\.doesNot) + [output.doesNot]).compactMap { $0?.value }.max())
    #expect(output.lower <= pooled.lower && output.upper > pooled.upper)
    for group in output.groups {
      for part in [group.fallsUnder, group.doesNot] {
        #expect(part.isExpected == true, "\(group)")
      }
    }
    #expect(
      pooled.groups[0].name == "second" && pooled.groups[0].worst < 0.89
        && pooled.groups[0].worst <= pooled.groups[1].worst)
    #expect(pooled.groups.allSatisfy { $0.fallsUnder.expected == nil })
    #expect(found.statement(output).contains("and in each of the 2 groups"))
    #expect(output.sample.abstained >= pooled.sample.abstained)
    // A group that has no texts of a class is promised nothing for it, and asks for nothing.
    let oneSided = examples.map { example in
      var copy = example
      if example.group == "second" { copy.labels = [:] }
      return copy
    }
    let part = try #require(try Self.calibrate(oneSided, for: ["p"], options).outputs[0].parts.last)
    #expect(part.name == "second" && part.fallsUnder == nil && part.doesNot != nil)
    let anonymous = examples.map { Example(text: $0.text, labels: $0.labels) }
    let lost = #expect(throws: WitanError.self) { try Self.calibrate(anonymous, options) }
    #expect(lost?.place == "group" && lost?.message.hasSuffix("of the labelled texts have no group") == true)
  }

  @Test(
    "what the texts cannot carry is refused by name, or left out with the reason where nobody asked for it")
  func refusal() throws {
    let examples = CalibrationModel.examples(100, seed: 6).enumerated().map { i, example in
      Example(text: example.text, labels: i < 30 ? ["p": 1] : i < 33 ? ["q": 1] : [:])
    }
    let found = try Self.calibrate(examples, SetCalibrationOptions(alpha: 0.1))
    #expect(found.outputs.map(\.name) == ["any", "p"] && found.refused.map(\.output) == ["q"])
    #expect(found.refused[0].reason.hasPrefix("3 texts that fall under it cannot carry an alpha of 10 %"))
    let error = #expect(throws: WitanError.self) {
      try Self.calibrate(examples, for: ["p", "q"], SetCalibrationOptions(alpha: 0.1))
    }
    #expect(error?.place == "q" && error?.message.hasSuffix("at least 9") == true)
    let none = #expect(throws: WitanError.self) {
      try Self.calibrate(examples, SetCalibrationOptions(alpha: 0.01))
    }
    #expect(none?.place == "any" && none?.message.contains("at least 99") == true)
    let unknown = #expect(throws: WitanError.self) {
      try Self.calibrate(examples, for: ["x"], SetCalibrationOptions(alpha: 0.1))
    }
    #expect(unknown?.message == "the model has no output 'x'; it has any, p, q")
    let stranger = #expect(throws: WitanError.self) {
      try Self.calibrate([Example(text: "a", labels: ["z": 1])], SetCalibrationOptions(alpha: 0.1))
    }
    #expect(
      stranger?.message == "the data has the label 'z', which the model does not know; it knows p, q, any")
    for options in [
      SetCalibrationOptions(alpha: 0), SetCalibrationOptions(alpha: 1),
      SetCalibrationOptions(alpha: 0.1, heldOut: 1),
    ] {
      #expect(throws: WitanError.self) { try Self.calibrate(examples, options) }
    }
  }

  @Test("a text labelled `any` counts for `any` alone: which prohibition it falls under is not known")
  func unnamed() throws {
    let classifier = try CalibrationModel.classifier()
    let sample = try LabelledSample(
      classifier,
      [
        Example(text: "one", labels: ["any": 1]), Example(text: "two", labels: ["q": 1, "any": 1]),
        Example(text: "three", labels: [:]), Example(text: "four", labels: ["p": 0.4]),
      ])
    #expect(
      sample.truth == [[nil, nil, true], [nil, true, true], [false, false, false], [false, false, false]])
  }

  @Test("principles of another side are not judged, and do not apply")
  func sides() throws {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 8), task: .multiLabel,
      labels: [
        Label(id: "asks", stance: .prohibit, side: .prompt),
        Label(id: "answers", stance: .encourage, side: .response),
      ], hasAny: true)
    let weights = ModelWeights(
      table: [Int8](repeating: 1, count: spec.features.buckets * spec.columns), scale: [0.1, 0.1, 0.1],
      bias: [0, 0, 0], calibrationSlope: [1, 1, 1], calibrationOffset: [0, 0, 0])
    let bytes = ModelFile.encode(spec: spec, weights: weights, metadata: [:])
    let classifier = try Classifier(bytes: bytes)
    let texts = CalibrationModel.texts(60, seed: 7)
    let examples = texts.enumerated().map {
      Example(text: $1, labels: $0 % 2 == 0 ? ["asks": 1] : ["answers": 1])
    }
    let asked = try LabelledSample(classifier, examples, side: .prompt)
    #expect(asked.truth[0] == [true, nil, true] && asked.truth[1] == [false, nil, false])
    let answered = try LabelledSample(classifier, examples, side: .response)
    #expect(answered.truth[0] == [nil, false, nil])
    let exchange = try LabelledSample(classifier, [Example(text: "a", labels: ["answers": 1], prompt: "b")])
    #expect(exchange.truth == [[nil, true, nil]])
    let calibration = try Self.calibrate(
      examples, SetCalibrationOptions(alpha: 0.1), bytes: bytes, side: .prompt)
    #expect(
      calibration.outputs.map(\.name) == ["any", "asks"] && calibration.refused.map(\.output) == ["answers"])
    let model = try Classifier(bytes: calibration.calibrated(bytes))
    #expect(model.predictionSets["any"]?.side == .prompt)
    #expect(model.predictionSets["any"]?.statement.contains("texts on the side 'prompt'") == true)
    // Nothing that is prohibited applies to an answer, whatever the number.
    #expect(model.finding(of: [0, 0.5, 0.99], side: .response) == .doesNot)
    #expect(model.finding(of: [0.99, 0.5, 0.99], side: .prompt) != .doesNot)
  }

  @Test("a second calibration keeps other outputs' sets; false-flag promises and sets live side by side")
  func merge() throws {
    let examples = try Self.examples(400, seed: 8)
    var bytes = try CalibrationModel.bytes()
    bytes = try Self.calibrate(examples, SetCalibrationOptions(alpha: 0.2)).calibrated(bytes)
    bytes = try Self.calibrate(examples, for: ["p"], SetCalibrationOptions(alpha: 0.1)).calibrated(bytes)
    let classifier = try Classifier(bytes: bytes)
    bytes = try StreamCalibration(
      classifier, StreamSample(classifier, examples, .end), outputs: ["any"], CalibrationOptions(rate: 0.1)
    ).calibrated(bytes)
    let model = try Classifier(bytes: bytes)
    #expect(model.predictionSets.outputs.map(\.output) == ["any", "q", "p"])
    #expect(model.predictionSets.outputs.map(\.alpha) == [0.2, 0.2, 0.1])
    #expect(model.thresholdOrigin == .conformal && model.promises.count == 1)
  }

  @Test("a compressed model has no findings, until it is calibrated again")
  func compressed() throws {
    let examples = try Self.examples(300, seed: 9)
    let bytes = try Self.calibrate(examples, SetCalibrationOptions(alpha: 0.1)).calibrated(
      CalibrationModel.bytes())
    let smaller = try Compressor(bytes: bytes).compress(CompressionOptions(bits: 4)).bytes
    let void = try Classifier(bytes: smaller)
    #expect(void.predictionSets.isEmpty && void.predictionSets.void == ["any", "p", "q"])
    #expect(void.finding(of: [0.1, 0.1, 0.1]) == nil)
    let again = try Self.calibrate(examples, for: ["p"], SetCalibrationOptions(alpha: 0.1), bytes: smaller)
    #expect(try Classifier(bytes: again.calibrated(smaller)).predictionSets.outputs.map(\.output) == ["p"])
  }

  @Test("evaluation counts each output that has sets, and each group by itself")
  func evaluation() throws {
    let examples = try Self.examples(1000, seed: 10)
    let calibration = try Self.calibrate(examples, for: ["any", "q"], SetCalibrationOptions(alpha: 0.1))
    let bytes = try CalibrationModel.bytes()
    #expect(try SetEvaluation(Classifier(bytes: bytes), examples) == nil)
    let found = try #require(try SetEvaluation(Classifier(bytes: calibration.calibrated(bytes)), examples))
    #expect(found.outputs.map(\.bounds.output) == ["any", "q"])
    for (output, made) in zip(found.outputs, calibration.outputs) {
      #expect(output.all.fallsUnder.covered == made.sample.fallsUnder.covered)
      #expect(output.all.n == 1000 && output.groups.reduce(0) { $0 + $1.n } == 1000)
      #expect(output.all.both == made.sample.both && output.groups[0].worst <= output.groups[1].worst)
    }
  }

  @Test("damaged sets are errors that name the field")
  func damage() throws {
    let examples = try Self.examples(300, seed: 11)
    let bytes = try Self.calibrate(examples, for: ["any"], SetCalibrationOptions(alpha: 0.1))
      .calibrated(CalibrationModel.bytes())
    let whole = try #require(try Classifier(bytes: bytes).metadata["witan.conformal"])
    let record = try #require(try JSON(parsing: whole)["outputs"]?.array?.first?.object)
    func refused(_ text: String) throws -> String {
      let spec = try Classifier(bytes: bytes).spec
      let broken = try ModelFile.with(
        bytes, thresholds: spec.labels.map(\.threshold), any: spec.anyThreshold,
        metadata: ["witan.conformal": text])
      let error = #expect(throws: WitanError.self, "\(text)") { try Classifier(bytes: broken) }
      return error?.place ?? ""
    }
    #expect(try refused("{") == "__metadata__.witan.conformal")
    #expect(try refused("{}") == "__metadata__.witan.conformal.outputs")
    let changes: [(String, JSON, String)] = [
      ("output", "z", ""), ("alpha", 0, ""), ("alpha", 1, ""), ("lower", -0.1, ""), ("lower", .null, ""),
      ("upper", 1.1, ""), ("upper", "x", ""), ("falls_under", 3, ".n"), ("does_not", ["n": 0.5], ".n"),
      ("side", "left", ""), ("promise", 1, ""), ("promise", .string(String(repeating: "x", count: 1001)), ""),
      ("embeddings", .null, ""),
    ]
    for (field, value, deeper) in changes {
      let text = JSON.object(["outputs": [.object(record.merging([field: value]) { $1 })]]).text()
      #expect(try refused(text) == "__metadata__.witan.conformal.outputs[0].\(field)\(deeper)")
    }
    let twice = JSON.object(["outputs": [.object(record), .object(record)]]).text()
    #expect(try refused(twice) == "__metadata__.witan.conformal.outputs[1].output")
  }
}
