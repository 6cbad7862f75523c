import WitanTraining

extension Evaluation {
  /// The worst mistakes, a line each; empty without any.
  func mistakeLines(isChoice: Bool) -> String {
    guard !mistakes.isEmpty else { return "" }
    return mistakes.reduce("\nworst mistakes\n") { out, mistake in
      let text = mistake.text.split(whereSeparator: \.isNewline).joined(separator: " ")
      return out + "\(mistake.summary(isChoice: isChoice)): \(text.prefix(120))\n"
    }
  }
}

extension Evaluation.Mistake {
  /// "a taken for b (0.92)" of a choice, else "missed a (0.02), false alarm b (0.61)".
  fileprivate func summary(isChoice: Bool) -> String {
    func list(_ outputs: [(id: String, probability: Float)]) -> String {
      outputs.prefix(3).map { "\($0.id) (\(fixed(Double($0.probability), 2)))" }.joined(separator: ", ")
    }
    if isChoice {
      let expected = expected.isEmpty ? "nothing" : expected.joined(separator: "+")
      return "\(expected) taken for \(predicted) (\(fixed(Double(probability), 2)))"
    }
    return [("missed ", missed), ("false alarm ", falseAlarms)].filter { !$0.1.isEmpty }
      .map { $0.0 + list($0.1) }.joined(separator: ", ")
  }
}
