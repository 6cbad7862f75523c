import Foundation
import Witan
import WitanTraining

extension Calibrate {
  /// Sets the prediction sets of the outputs that were asked for.
  func calibrateSets(_ classifier: Classifier) throws {
    let examples = try self.examples(labelled)
    Terminal.progress("scoring \(examples.count) texts")
    let sample = try LabelledSample(classifier, examples, side: standing.side)
    let spec = classifier.spec
    let all = (spec.hasAny ? ["any"] : []) + spec.labels.map(\.id)
    let calibration = try SetCalibration(
      classifier, sample, outputs: names.isEmpty ? nil : names.contains("all") ? all : names,
      SetCalibrationOptions(alpha: alpha ?? 0, heldOut: heldOut, seed: seed, isPerGroup: perGroup))
    Terminal.endProgress()
    let bytes = try calibration.calibrated(Array(Data(contentsOf: URL(fileURLWithPath: model))))
    try writeFile(bytes, to: output)
    try Terminal.write(json ? calibration.json.text(indent: true) + "\n" : table(calibration))
    try Terminal.flush()
  }

  private func table(_ c: SetCalibration) -> String {
    var out = ""
    for o in c.outputs {
      out += "\(o.name): \"falls under\" from \(fixed(Double(o.lower), 4)) on, \"does not\" up to "
      out += "\(fixed(Double(o.upper), 4))\n  promise: \(c.statement(o))\n"
      let judged = o.heldOut ?? o.sample
      out += judged.lines
      if !o.groups.isEmpty {
        out += "  \(o.heldOut == nil ? "in this sample" : "held out"), by group, worst first\n"
        out += SetCoverage.header + o.groups.map { $0.row(named: $0.name) }.joined()
      }
      out += "\n"
    }
    for refusal in c.refused { out += "not calibrated, \(refusal.output): \(refusal.reason)\n" }
    return out + "\(output): written\n"
  }
}
