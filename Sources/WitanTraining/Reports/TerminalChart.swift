/// The charts for a terminal: lines of text at most `width` characters wide.
public struct TerminalChart: Sendable {
  /// Lines, each ended by a line feed.
  public let text: String

  /// Characters that the terminal can show.
  public enum Characters: Sendable {
    /// Braille dots, blocks and box lines.
    case unicode
    /// Plain ASCII.
    case ascii
  }

  /// Loss after each epoch: the dev part's drawn through, the training part's dotted, the best epoch
  /// marked. [epochs] each, from epoch 1. `width` is at least 40, `height` (of the plot, in lines) 4.
  public static func learningCurves(
    train: [Double], dev: [Double] = [], width: Int = 80, height: Int = 12,
    characters: Characters = .unicode
  ) -> TerminalChart {
    let curves = LearningCurves(train: train, dev: dev)
    let isASCII = characters == .ascii
    let (epochs, losses) = (curves.epochs, curves.losses)
    let labels = losses.ticks.map(losses.text)
    let margin = labels.map(\.count).max()! + 1
    let names = [("train", train), ("dev", dev)].compactMap { name, values in
      values.last(where: Axis.isShown).map { (name: "\(name) \(ChartText.loss($0))", loss: $0) }
    }
    let columns = max(8, max(40, width) - margin - 2 - max(2, names.map(\.name.count).max() ?? 0))
    var canvas = BrailleCanvas(columns: columns, rows: max(4, height), isASCII: isASCII)
    for (values, spacing, ink) in [(train, 3, "."), (dev, 1, "*")] as [([Double], Int, Character)] {
      let points = values.enumerated().map { i, loss in
        (x: epochs.position(Double(i + 1)), y: losses.position(loss))
      }
      for i in values.indices where Axis.isShown(values[i]) {
        let next = i + 1 < values.count && Axis.isShown(values[i + 1]) ? i + 1 : i
        canvas.line(from: points[i], to: points[next], spacing: next == i ? 1 : spacing, ink: ink)
      }
    }
    if let best = curves.best {
      canvas.mark(
        epochs.position(Double(best.epoch)), losses.position(best.loss), isASCII ? "O" : "●")
    }

    var left = [String](repeating: "", count: canvas.rows)
    for (tick, label) in zip(losses.ticks, labels) { left[canvas.row(losses.position(tick))] = label }
    var right = [String](repeating: "", count: canvas.rows)
    for (name, loss) in names {
      // Two that end together stand in neighbouring lines.
      let row = canvas.row(losses.position(loss))
      let free = [row, row + 1, row - 1].first { right.indices.contains($0) && right[$0].isEmpty }
      right[free ?? row] = " " + name
    }
    var out = ""
    for row in 0..<canvas.rows {
      let tick = isASCII ? (left[row].isEmpty ? "|" : "+") : (left[row].isEmpty ? "│" : "┤")
      out += Self.line(padded(left[row], margin - 1) + " " + tick + canvas.text(row) + right[row])
    }
    let ticks = epochs.ticks.map { (canvas.column(epochs.position($0)), epochs.text($0)) }
    out += Self.horizontalAxis(ticks, columns: columns, margin: margin, isASCII: isASCII)
    out += Self.line(String(repeating: " ", count: margin + 1) + "epoch")
    let key = isASCII ? "dev *, train ., best O. " : "dev drawn through, train dotted, best ●. "
    out += wrapped((curves.judge == "dev" ? key : "") + curves.summary, max(40, width))
    return TerminalChart(text: out)
  }

  /// A line without the spaces at its end.
  static func line(_ text: String) -> String {
    var text = text[...]
    while text.last == " " { text = text.dropLast() }
    return text + "\n"
  }

  /// Words in lines of at most `width` characters, as far as words are no longer.
  static func wrapped(_ text: String, _ width: Int) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Filled on the left to `width` characters.
  static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A line with ticks, and under it their labels as far as there is room.
  static func horizontalAxis(
    _ ticks: [(column: Int, label: String)], columns: Int, margin: Int, isASCII: Bool
  ) -> String {
    var rule = [Character](repeating: isASCII ? "-" : "─", count: columns)
    var labels = ""
    for (column, label) in ticks {
      rule[column] = isASCII ? "+" : "┬"
      let start = max(0, margin + 1 + column - label.count / 2)
      if start > labels.count || labels.isEmpty {
        labels = labels + padded(label, start - labels.count + label.count)
      }
    }
    return line(String(repeating: " ", count: margin) + (isASCII ? "+" : "└") + String(rule)) + line(labels)
  }
}
