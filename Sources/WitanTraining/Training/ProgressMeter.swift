/// Turns what a trainer reports into lines, and keeps when the phase began.
public struct ProgressMeter: Sendable {
  private var phase = ""
  private var epoch = 0
  private var started: Double
  private var last: Double

  /// `now`: seconds on any clock that does not go back.
  public init(now: Double) { (started, last) = (now, now) }

  /// The line for `progress`, which came at `now`. An epoch that is not after the one before begins a
  /// phase (the next word rate); its time counts from the report before.
  public mutating func line(_ progress: TrainingProgress, now: Double) -> ProgressLine {
    if progress.phase != phase || progress.epoch < epoch || (progress.epoch == epoch && isFinished) {
      started = last
    }
    (phase, epoch, last) = (progress.phase, progress.epoch, now)
    isFinished = progress.examplesDone >= progress.examplesTotal
    return ProgressLine(
      epoch: progress.epoch, maximumEpochs: progress.maximumEpochs, phase: progress.phase,
      examplesDone: progress.examplesDone, examplesTotal: progress.examplesTotal,
      seconds: now - started, trainLoss: progress.trainLoss, devLoss: progress.devLoss)
  }

  /// Whether the last report ended its epoch.
  private var isFinished = false
}
