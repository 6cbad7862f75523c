/// An output that rules of a guard can be about.
struct GuardOutput {
  /// What rules call it; nil where the name means another output.
  let name: String?
  let threshold: Float
  /// Whether the default rule is about it.
  let isDefault: Bool
}

extension ModelSpec {
  /// A label may be called `any` too; the name then means the output that is about all of them.
  var guardOutputs: [GuardOutput] {
    (0..<outputs).map { j in
      let isAny = hasAny && j == labels.count
      return GuardOutput(
        name: !isAny && hasAny && labels[j].id == GuardOptions.any ? nil : outputName(j),
        threshold: isAny ? anyThreshold : labels[j].threshold,
        isDefault: isAny || (!hasAny && labels[j].stance == .prohibit))
    }
  }

  /// The id of a label, or `any`.
  func outputName(_ output: Int) -> String { output < labels.count ? labels[output].id : GuardOptions.any }
}

extension Panel {
  /// The outputs of each member after those of the other, as `member/principle`.
  var guardOutputs: [GuardOutput] {
    members.flatMap { member in
      member.classifier.spec.guardOutputs.map { output in
        GuardOutput(
          name: output.name.map { "\(member.name)/\($0)" }, threshold: output.threshold,
          isDefault: output.isDefault)
      }
    }
  }
}
