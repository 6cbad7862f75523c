extension Chart {
  /// When harmful streams were flagged: a bar for early flags, one for each range of delays up to the marks
  /// of `StreamEvaluation`, one for what was missed. Each says its share and count.
  public static func delays(
    _ evaluation: StreamEvaluation, title: String = "Delay of flags", note: String = ""
  ) -> Chart {
    let e = evaluation
    let bins = e.delayBins
    let innocent = e.falsePositives
    let summary =
      "\(ChartText.count(e.harmful)) harmful streams: \(ChartText.percent(e.within(16).value)) flagged within "
      + "16 words, \(ChartText.percent(e.early.value)) early"
    let beside =
      "false alarms: \(ChartText.percent(innocent.value)) of \(ChartText.count(innocent.n)) innocent streams "
      + "(95 %: \(ChartText.percent(innocent.interval.lowerBound)) to "
      + "\(ChartText.percent(innocent.interval.upperBound)))"
    var svg = SVG(
      width: 620, height: 400, title: title,
      description: [summary, beside, note].filter { !$0.isEmpty }.joined(separator: "; "))
    svg.text(ChartText.cut(title, 56), "title", 24, 32)
    svg.text(summary, "note", 24, 51)
    svg.text(beside, "note", 24, 68)
    if !note.isEmpty { svg.text(ChartText.cut(note, 90), "note", 24, 85) }
    let (left, top, right, bottom) = (64.0, 112.0, 596.0, 340.0)
    let axis = Axis(covering: [0, bins.map(\.share.value).max() ?? 1], count: 5)
    func y(_ value: Double) -> Double { bottom - (bottom - top) * axis.position(value) }
    for tick in axis.ticks {
      svg.line("grid", from: (left, y(tick)), to: (right, y(tick)))
      svg.text(ChartText.percent(tick), "", left - 10, y(tick) + 4, .end)
    }
    let step = (right - left) / Double(bins.count)
    for (i, bin) in bins.enumerated() {
      let x = left + step * Double(i)
      svg.rectangle(
        bin.isDetection ? "bar" : "traindot", x: x + 4, y: y(bin.share.value), width: step - 8,
        height: bottom - y(bin.share.value),
        hint: "\(bin.name): \(bin.share.hits) of \(bin.share.n), \(ChartText.percent(bin.share.value))")
      svg.text(
        ChartText.shortCount(bin.share.hits), "small", x + step / 2, y(bin.share.value) - 4, .middle)
      svg.text(bin.name, "", x + step / 2, bottom + 18, .middle)
    }
    svg.line("axis", from: (left, bottom), to: (right, bottom))
    svg.text("share of harmful streams", "note", 24, top - 10)
    svg.text("words from the onset to the flag", "note", (left + right) / 2, bottom + 40, .middle)
    return Chart(svg: svg.document)
  }
}

extension StreamEvaluation {
  /// Disjoint: early, the ranges of delays between the marks, beyond them, missed. Shares sum to 1.
  var delayBins: [(name: String, share: Share, isDetection: Bool)] {
    var bins = [("early", early, false)]
    var (from, before) = (1, 0)
    for mark in Self.marks {
      let upTo = within(mark).hits
      bins.append(("\(from)-\(mark)", Share(hits: upTo - before, n: harmful), true))
      (from, before) = (mark + 1, upTo)
    }
    bins.append(("\(from)+", Share(hits: detected.hits - before, n: harmful), true))
    return bins + [("missed", missed, false)]
  }
}
