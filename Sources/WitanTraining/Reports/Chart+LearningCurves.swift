extension Chart {
  /// Loss after each epoch on the training and on the dev part. [epochs] each, from epoch 1; `dev`
  /// empty when there was none. The epoch of least loss (dev, else train; of equals the first) is
  /// marked. O(epochs).
  public static func learningCurves(
    train: [Double], dev: [Double] = [], title: String = "Learning curves"
  ) -> Chart {
    let curves = LearningCurves(train: train, dev: dev)
    var svg = SVG(width: 720, height: 400, title: title, description: curves.summary)
    svg.text(ChartText.cut(title, 70), "title", 24, 32)
    svg.text(curves.summary, "note", 24, 51)
    let (left, right, top, bottom) = (64.0, 604.0, 98.0, 356.0)
    let (epochs, losses) = (curves.epochs, curves.losses)
    func x(_ epoch: Int) -> Double { left + (right - left) * epochs.position(Double(epoch)) }
    func y(_ loss: Double) -> Double { bottom - (bottom - top) * losses.position(loss) }

    for tick in losses.ticks {
      svg.line("grid", from: (left, y(tick)), to: (right, y(tick)))
      svg.text(losses.text(tick), "", left - 10, y(tick) + 4, .end)
    }
    for tick in epochs.ticks {
      let at = x(Int(tick))
      svg.line("axis", from: (at, bottom), to: (at, bottom + 4))
      svg.text(epochs.text(tick), "", at, bottom + 18, .middle)
    }
    svg.line("axis", from: (left, bottom), to: (right, bottom))
    svg.text("loss", "note", left - 10, top - 16, .end)
    svg.text("epoch", "note", (left + right) / 2, bottom + 35, .middle)

    if let best = curves.best {
      let at = x(best.epoch)
      svg.line("hint", from: (at, top - 8), to: (at, bottom))
      let anchor: SVG.Anchor = at < left + 70 ? .start : at > right - 70 ? .end : .middle
      svg.text("best epoch \(best.epoch)", "note", at, top - 16, anchor)
    }
    for (name, values) in [("train", train), ("dev", dev)] {
      let points = values.enumerated().map { i, loss in
        Axis.isShown(loss) ? (x: x(i + 1), y: y(loss)) : nil
      }
      svg.path("line \(name)", points)
      // A point without neighbours is no line.
      for i in points.indices {
        let isAlone = (i == 0 || points[i - 1] == nil) && (i + 1 == points.count || points[i + 1] == nil)
        if let point = points[i], isAlone {
          svg.circle(name == "dev" ? "dot" : "traindot", point.x, point.y, radius: 3)
        }
      }
    }
    if let best = curves.best {
      svg.circle(
        curves.judge == "dev" ? "dot" : "traindot", x(best.epoch), y(best.loss), radius: 4.5,
        hint: "epoch \(best.epoch): \(curves.judge) loss \(ChartText.loss(best.loss))")
    }
    // The names stand where the lines end, apart from one another.
    var lines: [(y: Double, name: String, loss: Double)] = []
    for (name, values) in [("train", train), ("dev", dev)] {
      if let last = values.last(where: Axis.isShown) { lines.append((y(last), name, last)) }
    }
    lines.sort { $0.y < $1.y }
    if lines.count == 2, lines[1].y - lines[0].y < 15 {
      let middle = min((lines[0].y + lines[1].y) / 2, bottom - 12)
      (lines[0].y, lines[1].y) = (middle - 7.5, middle + 7.5)
    }
    for line in lines {
      svg.text("\(line.name) \(ChartText.loss(line.loss))", "\(line.name)label", right + 10, line.y + 4)
    }
    return Chart(svg: svg.document)
  }
}

/// What both charts of losses show.
struct LearningCurves {
  /// The curve whose minimum counts.
  let judge: String
  /// nil when no loss can be shown.
  let best: (epoch: Int, loss: Double)?
  let epochs: Axis
  let losses: Axis
  let summary: String

  init(train: [Double], dev: [Double]) {
    judge = dev.contains(where: Axis.isShown) ? "dev" : "train"
    let judged = judge == "dev" ? dev : train
    let index = judged.indices.filter { Axis.isShown(judged[$0]) }.min { judged[$0] < judged[$1] }
    best = index.map { (epoch: $0 + 1, loss: judged[$0]) }
    let count = max(train.count, dev.count)
    epochs = Axis(countingTo: count)
    losses = Axis(covering: train + dev)
    guard let best else {
      summary = "No epochs to show."
      return
    }
    var text = "Least \(judge) loss \(ChartText.loss(best.loss)) after epoch \(best.epoch) of \(count)"
    if judge == "dev", best.epoch <= train.count {
      text += "; train loss there \(ChartText.loss(train[best.epoch - 1]))"
    }
    summary = text
  }
}
