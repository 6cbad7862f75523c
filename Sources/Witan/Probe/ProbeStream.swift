/// The running scores of one generation under a probe.
///
/// Windows are sums of integers, so that adding, dropping and taking back tokens is exact. A value: a copy is a
/// fork (the first change of either copies a few KB; nothing else allocates).
public struct ProbeStream: Sendable {
  public let labels: [Label]
  public let smoothing: ProbeSpec.Smoothing
  /// Tokens that can be taken back at most; what was asked for, in 0...2^20.
  public let rewindable: Int
  /// Tokens so far.
  public private(set) var tokens = 0

  private let slope: [Float]
  private let offset: [Float]
  /// Tokens that the ring holds: the window, and as many more as can be taken back.
  private let capacity: Int
  private var logits: [Int32]  // [capacity x labels], in units of 2^-16
  private var averages: [Float]  // [capacity x labels]: zbar after each token
  private var peaks: [Float]  // [capacity x labels]: the largest zbar up to each token
  private var sums: [Int64]  // [labels]: of the window
  /// The fewest tokens that it can be taken back to.
  private var oldest = 0

  init(_ spec: ProbeSpec, slope: [Float], offset: [Float], rewindable: Int) {
    let rewindable = min(max(0, rewindable), 1 << 20)
    (labels, smoothing, self.rewindable) = (spec.labels, spec.smoothing, rewindable)
    (self.slope, self.offset) = (slope, offset)
    capacity = spec.smoothing.length + rewindable + 1
    logits = Array(repeating: 0, count: capacity * labels.count)
    averages = Array(repeating: 0, count: capacity * labels.count)
    peaks = Array(repeating: 0, count: capacity * labels.count)
    sums = Array(repeating: 0, count: labels.count)
  }

  /// Adds a token with the logits that `ActivationProbe.score` gave. [labels] O(labels); no allocation.
  ///
  /// Other values are rounded and limited as there, so that nothing a caller passes can spoil what follows.
  public mutating func push(_ z: UnsafePointer<Float>) {
    let (k, length) = (labels.count, smoothing.length)
    let row = (tokens % capacity) * k
    let before = ((tokens + capacity - 1) % capacity) * k
    let leaving = ((tokens + capacity - length) % capacity) * k
    for j in 0..<k {
      let value = ActivationProbe.grid(z[j])
      let whole = Int32(value * ActivationProbe.unit)
      logits[row + j] = whole
      let average: Float
      switch smoothing {
      case .window:
        if tokens >= length { sums[j] -= Int64(logits[leaving + j]) }
        sums[j] += Int64(whole)
        average = mean(sums[j], of: min(tokens + 1, length))
      case .exponential(let rate):
        average = tokens == 0 ? value : averages[before + j] + rate * (value - averages[before + j])
      }
      averages[row + j] = average
      peaks[row + j] = tokens == 0 ? average : max(peaks[before + j], average)
    }
    tokens += 1
    oldest = max(oldest, tokens - rewindable)
  }

  private func mean(_ sum: Int64, of count: Int) -> Float {
    Float(Double(sum) / Double(count) / Double(ActivationProbe.unit))
  }

  /// Takes the last `count` tokens back: the state is the one before they came, bit for bit. O(labels window).
  ///
  /// Throws `invalidValue`, and changes nothing, when more are asked for than came or are kept.
  public mutating func rewind(_ count: Int) throws(WitanError) {
    guard count >= 0, count <= tokens, tokens - count >= oldest else {
      throw WitanError(
        .invalidValue,
        "\(count) tokens cannot be taken back: \(tokens - oldest) of \(tokens) are kept; ask for more with "
          + "makeStream(rewindable:)", at: "rewind")
    }
    tokens -= count
    guard case .window(let length) = smoothing else { return }
    let k = labels.count
    for j in 0..<k {
      sums[j] = 0
      for t in max(0, tokens - length)..<tokens { sums[j] += Int64(logits[(t % capacity) * k + j]) }
    }
  }

  /// Starts a new generation. O(labels).
  public mutating func reset() {
    (tokens, oldest) = (0, 0)
    for j in sums.indices { sums[j] = 0 }
  }

  /// A stream that goes on from here by itself, as speculative decoding needs it.
  public func fork() -> ProbeStream {
    var copy = self
    // Memory of its own at once: else the first push after it would allocate.
    copy.logits.withUnsafeMutableBufferPointer { _ in }
    copy.averages.withUnsafeMutableBufferPointer { _ in }
    copy.peaks.withUnsafeMutableBufferPointer { _ in }
    copy.sums.withUnsafeMutableBufferPointer { _ in }
    return copy
  }

  /// The calibrated logit of label `j` now; of no tokens that of z = 0.
  public func logit(_ j: Int) -> Float { slope[j] * last(averages, j) + offset[j] }

  /// The largest calibrated logit of label `j` so far: what calibration and thresholds are about.
  public func peakLogit(_ j: Int) -> Float { slope[j] * last(peaks, j) + offset[j] }

  /// The probability of label `j` that `peakLogit` says.
  public func peak(_ j: Int) -> Float { ActivationProbe.sigmoid(peakLogit(j)) }

  /// The probability of label `j` that `logit` says.
  public func probability(_ j: Int) -> Float { ActivationProbe.sigmoid(logit(j)) }

  /// Whether any label's probability has reached its threshold.
  public var isFlagged: Bool { labels.indices.contains { peak($0) >= labels[$0].threshold } }

  private func last(_ rows: [Float], _ j: Int) -> Float {
    tokens == 0 ? 0 : rows[((tokens - 1) % capacity) * labels.count + j]
  }
}
