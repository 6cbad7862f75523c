import Witan
import WitanTraining

extension StreamEvaluation {
  /// What people read of it.
  var table: String {
    func line(_ name: String, _ s: Share) -> String {
      name.padded(34) + "\(s.hits)".leftPadded(7) + "\(s.n)".leftPadded(8)
        + percent(s.value).leftPadded(10)
        + "   \(percent(s.interval.lowerBound)) to \(percent(s.interval.upperBound))\n"
    }
    var out = "threshold \(fixed(Double(threshold), 4)), " + origin + "\n\n"
    out += "harmful streams".padded(34) + "   hits       n     share   95 %, exact\n"
    for mark in Self.marks { out += line("flagged within \(mark) words", within(mark)) }
    out += line("flagged from the onset on", detected)
    out += line("flagged inside a span", inside)
    out += line("early: flagged before the onset", early)
    out += line("missed", missed)
    out += "median delay of those flagged from the onset on: "
    out += medianDelay.map { "\($0) words\n" } ?? "-\n"
    out += "\n" + "innocent streams".padded(34) + "   hits       n     share   95 %, exact\n"
    out += line("false alarms (\(innocentWords) words)", falsePositives)
    if groups.count > 1 { for group in groups { out += line("  " + group.name, group.share) } }
    out += "\nby words before the onset".padded(27) + "       n     early   within 16   detected\n"
    for lead in leads {
      let (from, to) = (lead.words.lowerBound, lead.words.upperBound)
      let name = to == .max ? "\(from) and more" : from == to ? "\(from)" : "\(from) to \(to)"
      out += name.padded(26) + "\(lead.early.n)".leftPadded(8) + percent(lead.early.value).leftPadded(10)
      out += percent(lead.within16.value).leftPadded(12) + percent(lead.detected.value).leftPadded(11) + "\n"
    }
    return out
  }

  private var origin: String {
    switch source {
    case .model: "the model's own"
    case .given: "as given"
    case .falsePositiveRate(let rate):
      "so that at most \(percent(rate)) of these innocent streams are flagged; measure the rate on others"
    }
  }
}
