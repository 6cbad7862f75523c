import Witan
import WitanTraining

extension SetCoverage {
  /// What people read of one output: both classes, what is not decided, and how good the rest is.
  var lines: String {
    func line(_ title: String, _ c: Class) -> String {
      guard c.n > 0 else { return "" }
      var out = "  " + "\(name): \(title)".padded(32) + "\(c.covered)".leftPadded(6) + " of "
      out += "\(c.n)".padded(7) + "\(percent(c.coverage ?? 0, digits: 1)) covered "
      out += "(95 %: \(percent(c.interval.lowerBound)) to \(percent(c.interval.upperBound)))"
      if let expected = c.expected {
        out += "  promised \(expected.lowerBound) to \(expected.upperBound)"
        if c.isExpected == false { out += c.covered < expected.lowerBound ? ": FEWER" : ": more" }
      }
      return out + "\n"
    }
    var out = line("falls under", fallsUnder) + line("does not", doesNot)
    out += "  cannot tell \(percent(abstained)) (\(both) both, \(neither) neither)"
    if let accuracy = accuracyOfDecided { out += "; right of the decided \(percent(accuracy))" }
    return out + "\n"
  }

  static var header: String {
    "  " + "".padded(28) + "falls under".leftPadded(22) + "does not".leftPadded(22)
      + "cannot tell".leftPadded(13) + "right of decided".leftPadded(18) + "\n"
  }

  /// The same as a row of a table.
  func row(named name: String) -> String {
    func share(_ c: Class) -> String {
      c.coverage.map { "\(percent($0)) of \(c.n)" } ?? "-"
    }
    return "  " + name.padded(28) + share(fallsUnder).leftPadded(22) + share(doesNot).leftPadded(22)
      + percent(abstained).leftPadded(13) + (accuracyOfDecided.map { percent($0) } ?? "-").leftPadded(18)
      + "\n"
  }
}
