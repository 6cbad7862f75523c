extension Chart {
  /// Predicted probability against observed share, with 95 % intervals (Wilson), and the bins' counts
  /// as bars beneath (DeGroot and Fienberg 1983; Guo et al. 2017, section 2). O(bins).
  ///
  /// `calibrationError` replaces the one of `bins` in the caption, and `note` follows it.
  public static func reliability(
    _ bins: [ReliabilityBin], title: String = "Reliability", calibrationError: Double? = nil,
    note: String = ""
  ) -> Chart {
    let shown = bins.filter(\.isShown)
    let summary = Self.summary(shown, of: bins.count, calibrationError)
    let description = note.isEmpty ? summary : "\(summary); \(note)"
    let top = note.isEmpty ? 96.0 : 114
    var svg = SVG(width: 520, height: top + 560, title: title, description: description)
    svg.text(ChartText.cut(title, 48), "title", 24, 32)
    svg.text(summary, "note", 24, 51)
    if !note.isEmpty { svg.text(ChartText.cut(note, 76), "note", 24, 68) }
    let (left, side) = (64.0, 424.0)
    let (bottom, floor) = (top + side, top + side + 76)
    func x(_ p: Double) -> Double { left + side * p }
    func y(_ p: Double) -> Double { bottom - side * p }

    let axis = Axis(covering: [0, 1], count: 6)
    for tick in axis.ticks {
      svg.line("grid", from: (left, y(tick)), to: (left + side, y(tick)))
      svg.text(axis.text(tick), "", left - 10, y(tick) + 4, .end)
      svg.line("axis", from: (x(tick), floor), to: (x(tick), floor + 4))
      svg.text(axis.text(tick), "", x(tick), floor + 18, .middle)
    }
    svg.line("axis", from: (left, floor), to: (left + side, floor))
    svg.text("observed share", "note", 24, top - 16)
    svg.text("with its 95 % interval", "note", left + side, top - 16, .end)
    svg.line("line thin", from: (left + side - 142, top - 28), to: (left + side - 142, top - 12))
    svg.circle("dot", left + side - 142, top - 20, radius: 4)
    svg.text("predicted probability", "note", left + side / 2, floor + 35, .middle)
    svg.line("hint", from: (x(0), y(0)), to: (x(1), y(1)))
    // Where the points leave most room.
    let place = [0.9, 0.7, 0.5, 0.3, 0.1].max { room($0, shown) < room($1, shown) }!
    svg.text("as predicted", "small", x(place) + 5, y(place) + 11, .middle, rotated: -45)

    let most = Double(max(1, shown.map(\.count).max() ?? 1))
    for bin in shown {
      let hint = Self.hint(bin)
      let height = max(1, 48 * Double(bin.count) / most)
      svg.rectangle(
        "bar", x: x(bin.lower) + 1, y: floor - height, width: max(1, side * (bin.upper - bin.lower) - 2),
        height: height, hint: hint)
      svg.text(
        ChartText.shortCount(bin.count), "small", x((bin.lower + bin.upper) / 2), floor - height - 4, .middle)
    }
    svg.text("count", "note", left - 10, floor - 2, .end)
    for bin in shown {
      svg.line(
        "line thin", from: (x(bin.mean), y(bin.interval.lowerBound)),
        to: (x(bin.mean), y(bin.interval.upperBound)))
    }
    // Not across empty bins, of which nothing is known.
    svg.path("line dev", bins.map { $0.isShown ? (x: x($0.mean), y: y($0.observed)) : nil })
    for bin in shown {
      svg.circle("dot", x(bin.mean), y(bin.observed), radius: 4, hint: Self.hint(bin))
    }
    return Chart(svg: svg.document)
  }

  /// How far the nearest point is from `p` along the diagonal.
  private static func room(_ p: Double, _ shown: [ReliabilityBin]) -> Double {
    shown.reduce(1) { min($0, max(($1.mean - p).magnitude, ($1.observed - p).magnitude)) }
  }

  private static func hint(_ bin: ReliabilityBin) -> String {
    "\(ChartText.percent(bin.lower)) to \(ChartText.percent(bin.upper)): predicted "
      + "\(ChartText.percent(bin.mean)), observed \(ChartText.percent(bin.observed)), "
      + "\(ChartText.count(bin.count)) predictions"
  }

  /// The caption, which both charts of reliability share.
  static func summary(
    _ shown: [ReliabilityBin], of bins: Int, _ calibrationError: Double?
  ) -> String {
    guard !shown.isEmpty else { return "No predictions to show." }
    let error = calibrationError ?? ReliabilityBin.calibrationError(shown)
    let total = shown.reduce(0) { $0 + $1.count }
    return "Calibration error (ECE) \(ChartText.percent(error)), \(ChartText.count(total)) predictions in "
      + "\(bins) bin\(bins == 1 ? "" : "s")"
  }
}
