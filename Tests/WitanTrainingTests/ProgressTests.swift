import Testing
import WitanTraining

/// Lines of progress: loss, throughput, time left.
struct ProgressTests {
  @Test(
    "lines by hand",
    arguments: [
      (
        ProgressLine(
          epoch: 2, maximumEpochs: 10, phase: "train", examplesDone: 500, examplesTotal: 1000,
          seconds: 3, trainLoss: 0.5, devLoss: 0.25),
        "train epoch 2/10 50 %  loss 0.5000  dev 0.2500  at most 17 s left  500 examples/s"
      ),
      (
        ProgressLine(
          epoch: 10, maximumEpochs: 10, phase: "refit", examplesDone: 20_000, examplesTotal: 20_000,
          seconds: 4, trainLoss: 0.125),
        "refit epoch 10/10  loss 0.1250  50k examples/s"
      ),
      (
        ProgressLine(
          epoch: 1, maximumEpochs: 40, phase: "train", examplesDone: 0, examplesTotal: 0, seconds: 200),
        "train epoch 1/40  at most 2 h 10 min left"
      ),
      (
        ProgressLine(
          epoch: 1, maximumEpochs: 4, phase: "train", examplesDone: 0, examplesTotal: 10, seconds: 0),
        "train epoch 1/4 0 %"
      ),
    ])
  func lines(_ line: ProgressLine, _ expected: String) { #expect(line.text() == expected) }

  @Test("a narrow terminal gets what matters most")
  func narrow() {
    let line = ProgressLine(
      epoch: 3, maximumEpochs: 40, phase: "train", examplesDone: 5, examplesTotal: 5, seconds: 9,
      trainLoss: 0.5, devLoss: 0.25)
    for width in 0...120 { #expect(line.text(width: width).count <= width) }
    #expect(line.text(width: 30) == "train epoch 3/40  loss 0.5000")
    #expect(line.text(width: 11) == "train epoch")
  }

  @Test("odd numbers give a line, not a crash")
  func odd() {
    for seconds in [-1, 0, .nan, .infinity, 1e300, 1e-300] as [Double] {
      for (done, total) in [(0, 0), (7, 3), (-1, 4), (Int.max, Int.max), (1, Int.max)] {
        for (epoch, most) in [(0, 0), (1, 1), (9, 3), (-4, 2), (Int.max, Int.max)] {
          let text = ProgressLine(
            epoch: epoch, maximumEpochs: most, phase: "train", examplesDone: done, examplesTotal: total,
            seconds: seconds, trainLoss: .nan, devLoss: .infinity
          ).text()
          #expect(text.hasPrefix("train epoch \(epoch)/\(most)"))
          #expect(!text.contains("nan") && !text.contains("inf"), "\(text)")
        }
      }
    }
  }

  @Test("the meter counts each phase, and each word rate, from its own beginning")
  func meter() {
    var meter = ProgressMeter(now: 100)
    func seconds(_ phase: String, _ epoch: Int, _ now: Double, done: Int = 10) -> Double {
      meter.line(
        TrainingProgress(
          epoch: epoch, maximumEpochs: 5, trainLoss: 1, devLoss: nil, phase: phase, examplesDone: done,
          examplesTotal: 10), now: now
      ).seconds
    }
    #expect(seconds("train", 1, 102) == 2)
    #expect(seconds("train", 2, 105, done: 5) == 5)  // within an epoch
    #expect(seconds("train", 2, 106) == 6)
    #expect(seconds("train", 1, 107) == 1)  // the next word rate
    #expect(seconds("refit", 1, 110) == 3)
    #expect(seconds("refit", 2, 112) == 5)
  }
}
