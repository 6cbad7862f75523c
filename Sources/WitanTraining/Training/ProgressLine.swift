internal import Foundation

/// One line on how training goes: loss, examples a second, time left.
///
/// It only formats: who calls it knows the clock, so that equal calls give equal lines.
public struct ProgressLine: Sendable {
  /// From 1.
  public var epoch: Int
  public var maximumEpochs: Int
  /// As `TrainingProgress.phase`.
  public var phase: String
  /// Examples of this epoch that are done, of how many; 0 of 0 when that is not known.
  public var examplesDone: Int
  public var examplesTotal: Int
  /// Since the first epoch of the phase began.
  public var seconds: Double
  public var trainLoss: Double?
  public var devLoss: Double?

  public init(
    epoch: Int, maximumEpochs: Int, phase: String, examplesDone: Int, examplesTotal: Int,
    seconds: Double, trainLoss: Double? = nil, devLoss: Double? = nil
  ) {
    (self.epoch, self.maximumEpochs, self.phase) = (epoch, maximumEpochs, phase)
    (self.examplesDone, self.examplesTotal, self.seconds) = (examplesDone, examplesTotal, seconds)
    (self.trainLoss, self.devLoss) = (trainLoss, devLoss)
  }

  /// The share of an epoch that is done, in [0, 1]; without counts it is taken for finished.
  private var share: Double {
    examplesTotal > 0 ? min(1, max(0, Double(examplesDone) / Double(examplesTotal))) : 1
  }

  /// Examples a second since the phase began; nil before there is anything to tell.
  public var examplesPerSecond: Double? {
    let done = (Double(max(1, epoch) - 1) + share) * Double(examplesTotal)
    return done > 0 && seconds > 0 && seconds.isFinite ? done / seconds : nil
  }

  /// Seconds until the last epoch would end; nil before there is anything to tell. Training may stop
  /// before that, so it is a bound.
  public var secondsLeft: Double? {
    let done = Double(max(1, epoch) - 1) + share
    guard done > 0, seconds > 0, seconds.isFinite else { return nil }
    return max(0, Double(maximumEpochs) - done) * seconds / done
  }

  /// The line, cut to `width` characters from the end backwards: what matters most comes first.
  public func text(width: Int = .max) -> String {
    var parts = ["\(phase) epoch \(epoch)/\(maximumEpochs)"]
    if share < 1 { parts[0] += " \(Int(share * 100)) %" }
    if let trainLoss { parts.append("loss \(Self.loss(trainLoss))") }
    if let devLoss { parts.append("dev \(Self.loss(devLoss))") }
    if let secondsLeft, secondsLeft > 0 { parts.append("at most \(Self.duration(secondsLeft)) left") }
    if let rate = examplesPerSecond { parts.append("\(Self.rate(rate)) examples/s") }
    while parts.count > 1, parts.joined(separator: "  ").count > width { parts.removeLast() }
    return String(parts.joined(separator: "  ").prefix(max(0, width)))
  }

  private static func loss(_ x: Double) -> String { x.isFinite ? String(format: "%.4f", x) : "-" }

  /// Two or three digits: the rest changes from line to line.
  static func rate(_ x: Double) -> String {
    x < 1000 ? String(format: "%.0f", x) : ChartText.shortCount(x < 1e15 ? Int(x) : 1_000_000_000_000_000)
  }

  /// 9 s, 2 min 05 s, 3 h 07 min.
  static func duration(_ seconds: Double) -> String {
    guard seconds < 360_000 else { return "100 h" }
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
    return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
  }
}
