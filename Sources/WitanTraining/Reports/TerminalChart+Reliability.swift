extension TerminalChart {
  /// Predicted probability (across) against observed share (up), a mark for each bin with its 95 %
  /// interval, the dotted line of perfect calibration, and the counts as bars beneath. `width` is at
  /// least 40, `height` (of the plot, in lines) 4.
  public static func reliability(
    _ bins: [ReliabilityBin], width: Int = 80, height: Int = 14, characters: Characters = .unicode,
    calibrationError: Double? = nil, note: String = ""
  ) -> TerminalChart {
    let shown = bins.filter(\.isShown)
    let isASCII = characters == .ascii
    let axis = Axis(covering: [0, 1], count: 6)
    let margin = 4
    let columns = min(max(40, width), 80) - margin - 2
    var canvas = BrailleCanvas(columns: columns, rows: max(4, height), isASCII: isASCII)
    canvas.line(from: (0, 0), to: (1, 1), spacing: isASCII ? 2 : 3, ink: ".")
    for bin in shown {
      let interval = bin.interval
      let steps = 4 * canvas.rows
      for i in 0...steps {
        let share =
          interval.lowerBound + (interval.upperBound - interval.lowerBound) * Double(i) / Double(steps)
        canvas.mark(bin.mean, share, isASCII ? "|" : "│")
      }
    }
    for bin in shown { canvas.mark(bin.mean, bin.observed, isASCII ? "O" : "●") }

    var left = [String](repeating: "", count: canvas.rows)
    for tick in axis.ticks { left[canvas.row(tick)] = axis.text(tick) }
    var out = ""
    for row in 0..<canvas.rows {
      let tick = isASCII ? (left[row].isEmpty ? "|" : "+") : (left[row].isEmpty ? "│" : "┤")
      out += line(padded(left[row], margin - 1) + " " + tick + canvas.text(row))
    }
    for bar in bars(shown, columns: columns, rows: 3, isASCII: isASCII) {
      out += line(String(repeating: " ", count: margin + 1) + bar)
    }
    let ticks = axis.ticks.map { (canvas.column($0), axis.text($0)) }
    out += horizontalAxis(ticks, columns: columns, margin: margin, isASCII: isASCII)
    let most = shown.map(\.count).max() ?? 0
    let key = "observed share by predicted probability; bars: counts, up to \(ChartText.count(most))"
    for caption in [key, Chart.summary(shown, of: bins.count, calibrationError), note] where !caption.isEmpty
    {
      out += wrapped(caption, max(40, width))
    }
    return TerminalChart(text: out)
  }

  /// Counts as bars from the lower to the upper end of each bin. [rows] lines of `columns`
  private static func bars(
    _ shown: [ReliabilityBin], columns: Int, rows: Int, isASCII: Bool
  ) -> [String] {
    let blocks: [Character] = isASCII ? [" ", ".", ":", "#"] : [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    let levels = blocks.count - 1
    let most = Double(shown.map(\.count).max() ?? 1)
    var heights = [Int](repeating: 0, count: columns)  // in levels
    for bin in shown {
      let first = min(columns - 1, Int((bin.lower * Double(columns)).rounded()))
      // A gap of one column between bins, where they are wide enough.
      let end = max(first + 1, min(columns, Int((bin.upper * Double(columns)).rounded())) - 1)
      let height = max(1, Int((Double(bin.count) / most * Double(rows * levels)).rounded()))
      for column in first..<end { heights[column] = height }
    }
    return (0..<rows).map { row in
      String(heights.map { blocks[min(levels, max(0, $0 - (rows - 1 - row) * levels))] })
    }
  }
}
