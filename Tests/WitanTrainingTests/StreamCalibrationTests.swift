import Testing
import Witan
import WitanTraining

/// Calibration from texts to the file of a model.
struct StreamCalibrationTests {
  private func calibrate(
    _ examples: [Example], for names: [String] = ["any"], _ options: CalibrationOptions
  ) throws -> StreamCalibration {
    let classifier = try CalibrationModel.classifier()
    return try StreamCalibration(
      classifier, StreamSample(classifier, examples, options.reads), outputs: names, options)
  }

  @Test("the calibrated file has the new threshold and its promise, and the scores that it had, bit for bit")
  func roundTrip() throws {
    let bytes = try CalibrationModel.bytes(metadata: ["witan.constitution": "x", "witan.note": "kept"])
    #expect(try Classifier(bytes: bytes).thresholdOrigin == .synthetic)
    let examples = CalibrationModel.examples(300, seed: 1)
    let calibration = try calibrate(examples, CalibrationOptions(rate: 0.02))
    let model = try Classifier(bytes: calibration.calibrated(bytes))
    let output = try #require(calibration.outputs.first)
    #expect(model.anyThreshold == output.threshold && output.threshold != 0.5 && output.before == 0.5)
    #expect(model.labels.map(\.threshold) == [0.5, 0.5])
    #expect(model.thresholdOrigin == .conformal)
    #expect(model.metadata["witan.note"] == "kept")
    let promise = try #require(model.promises.first)
    #expect(promise.output == "any" && promise.unit == .stream && promise.rate == 0.02)
    #expect(promise.sampleSize == 300 && model.promises.count == 1)
    #expect(
      promise.statement.hasPrefix(
        "at most 2 % of benign streams, read after each word, are flagged, on average"))
    let original = try Classifier(bytes: bytes)
    for text in CalibrationModel.texts(20, seed: 2) {
      #expect(model.score(text).probabilities == original.score(text).probabilities)
      #expect(model.score(text).any == original.score(text).any)
    }
    // Of 300 streams k = 301 - 6 stay below.
    let maxima = StreamSample(original, examples, .word).maxima.map { $0[2] }
    #expect(maxima.count { $0 >= model.anyThreshold } == 5)
    #expect(try calibration.calibrated(bytes) == calibration.calibrated(bytes))
  }

  @Test("a second calibration keeps the promises of other outputs and replaces its own")
  func merge() throws {
    let examples = CalibrationModel.examples(300, seed: 1)
    var bytes = try CalibrationModel.bytes()
    bytes = try calibrate(examples, for: ["p", "any"], CalibrationOptions(rate: 0.1)).calibrated(bytes)
    bytes = try calibrate(examples, for: ["p"], CalibrationOptions(rate: 0.05, reads: .end)).calibrated(bytes)
    let promises = try Classifier(bytes: bytes).promises
    #expect(promises.map(\.output) == ["any", "p"] && promises.map(\.rate) == [0.1, 0.05])
    #expect(promises.map(\.unit) == [.stream, .text])
    // A promise on a label is none on the verdict, which `any` gives.
    let only = try calibrate(examples, for: ["q"], CalibrationOptions(rate: 0.1))
    let bare = try Classifier(bytes: only.calibrated(CalibrationModel.bytes()))
    #expect(bare.thresholdOrigin == .training)
  }

  @Test("held-out texts do not set the threshold; lengths and groups add up, the worst group first")
  func heldOut() throws {
    let examples = CalibrationModel.examples(2000, seed: 3)
    var options = CalibrationOptions(rate: 0.05, heldOut: 0.5)
    let found = try calibrate(examples, options)
    let output = found.outputs[0]
    let held = try #require(output.heldOut)
    #expect(found.sampleSize + held.n == 2000 && abs(held.n - 1000) < 120)
    #expect(held.isExpected == true, "\(held)")
    #expect(held.interval == Metrics.exactInterval(held.flagged, of: held.n))
    for rates in [output.lengths, output.groups] {
      #expect(rates.reduce(0) { $0 + $1.n } == held.n)
      #expect(rates.reduce(0) { $0 + $1.flagged } == held.flagged)
      #expect(rates.allSatisfy { $0.expected == nil })
    }
    #expect(output.flaggedBefore.n == held.n && output.flaggedBefore.flagged > held.flagged)
    #expect(output.lengths.count == 10 && output.groups.count == 2)
    #expect(output.groups[0].rate >= output.groups[1].rate)
    #expect(try calibrate(examples.reversed(), options).digest == found.digest)
    options.seed = 2
    #expect(try calibrate(examples, options).digest != found.digest)
  }

  @Test("--each: the threshold is the highest of all classes, and each has its own promise")
  func divisions() throws {
    let examples = CalibrationModel.examples(3000, seed: 4)
    var options = CalibrationOptions(
      rate: 0.05, heldOut: 0.4, divisions: [.group, .length], lengthClasses: 4)
    let output = try calibrate(examples, options).outputs[0]
    #expect(output.parts.count == 6)
    let all = output.parts.map(\.threshold.threshold) + [output.whole.threshold]
    #expect(output.threshold == all.max() && output.threshold > output.whole.threshold)
    #expect(output.interval.lowerBound == 0)
    #expect(output.parts.dropFirst(2).reduce(0) { $0 + $1.threshold.n } == output.whole.n)
    for rate in output.lengths + output.groups {
      let upper = try #require(rate.expected).upperBound
      #expect(rate.flagged <= upper, "\(rate)")
    }
    options.lengthClasses = 100
    let error = #expect(throws: WitanError.self) { try calibrate(examples, options) }
    #expect(
      error?.place.hasPrefix("length '") == true && error?.message.contains("at least 19") == true,
      "\(error.map { "\($0)" } ?? "none")")
    let anonymous = examples.map { Example(text: $0.text, labels: [:]) }
    options.lengthClasses = 4
    let lost = #expect(throws: WitanError.self) { try calibrate(anonymous, options) }
    #expect(lost?.place == "group" && lost?.message.hasSuffix("of the benign texts have no group") == true)
  }

  @Test("unknown outputs and options out of range are named")
  func errors() throws {
    let examples = CalibrationModel.examples(50, seed: 1)
    let unknown = #expect(throws: WitanError.self) {
      try calibrate(examples, for: ["x"], CalibrationOptions(rate: 0.1))
    }
    #expect(unknown?.message == "the model has no output 'x'; it has p, q, any")
    for options in [
      CalibrationOptions(rate: 0), CalibrationOptions(rate: 0.1, heldOut: 1),
      CalibrationOptions(rate: 0.1, lengthClasses: 0),
    ] {
      let error = #expect(throws: WitanError.self) { try calibrate(examples, options) }
      #expect(error?.code == .invalidValue)
    }
  }

  @Test("a compressed model says that its promise is void, unless only rows of zeros went")
  func compressed() throws {
    let examples = CalibrationModel.examples(100, seed: 1)
    let bytes = try calibrate(examples, CalibrationOptions(rate: 0.1)).calibrated(CalibrationModel.bytes())
    let smaller = try Compressor(bytes: bytes).compress(CompressionOptions(bits: 4))
    #expect(try Classifier(bytes: smaller.bytes).thresholdOrigin == .void)
    let again = try calibrate(examples, for: ["p"], CalibrationOptions(rate: 0.1)).calibrated(smaller.bytes)
    #expect(try Classifier(bytes: again).promises.map(\.output) == ["p"])
  }

  @Test("damaged promises are errors that name the field")
  func damage() throws {
    let examples = CalibrationModel.examples(100, seed: 1)
    let bytes = try calibrate(examples, CalibrationOptions(rate: 0.1)).calibrated(CalibrationModel.bytes())
    let whole = try #require(try Classifier(bytes: bytes).metadata["witan.calibration"])
    let record = try #require(try JSON(parsing: whole)["outputs"]?.array?.first?.object)
    func refused(_ text: String) throws -> String {
      let spec = try Classifier(bytes: bytes).spec
      let broken = try ModelFile.with(
        bytes, thresholds: spec.labels.map(\.threshold), any: spec.anyThreshold,
        metadata: ["witan.calibration": text])
      let error = #expect(throws: WitanError.self, "\(text)") { try Classifier(bytes: broken) }
      return error?.place ?? ""
    }
    #expect(try refused("{") == "__metadata__.witan.calibration")
    #expect(try refused("{}") == "__metadata__.witan.calibration.outputs")
    let changes: [(String, JSON)] = [
      ("output", "z"), ("per", "token"), ("fpr", 0), ("fpr", 1), ("n", 0.5), ("promise", 1),
      ("embeddings", .null), ("threshold", 0.5),
    ]
    for (field, value) in changes {
      let text = JSON.object(["outputs": [.object(record.merging([field: value]) { $1 })]]).text()
      #expect(try refused(text) == "__metadata__.witan.calibration.outputs[0].\(field)")
    }
    let twice = JSON.object(["outputs": [.object(record), .object(record)]]).text()
    #expect(try refused(twice) == "__metadata__.witan.calibration.outputs[1].output")
  }
}
