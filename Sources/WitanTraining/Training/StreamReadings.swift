public import Witan

/// What a guard reads of streams while they arrive, as runs of examples: the first words, then windows of the
/// last 16 or 48 words.
///
/// A run is learnt together (`TrainingOptions.streamLoss`). Readings up to the onset of harm are harmless,
/// those in which enough of it has come are harmful, those between are left out.
public struct StreamReadings: Sendable {
  /// Words of the windows; each stream is read through one of them.
  public var windows = [16, 48]
  /// Most readings in a run.
  public var longestRun = 10
  /// Words of harm from which on a reading counts as harmful, or all when there are fewer.
  public var harmfulWords = 7
  /// Weight of a harmless and of a harmful run; a text has its own weight, 1 as a rule. An innocent stream
  /// is read hundreds of times, each a chance to be wrong; and harm that is mixed with innocent words teaches
  /// also that these are harmful.
  public var harmlessWeight: Float = 2
  public var harmfulWeight: Float = 0.3

  /// Words from one reading to the next.
  static let step = 4
  /// Readings of 16 words: what losses with a window average.
  static let windowReadings = 4
  /// First words that say nothing yet, whatever they will turn into.
  static let openingWords = 3

  public init() {}

  /// The runs of `streams`, whose onsets are the first of their spans. Equal streams and seed give equal runs.
  /// O(streams x readings x window).
  public func runs(of streams: [Example], seed: UInt64) -> [[Example]] {
    var random = SeededRandom(seed: seed, purpose: "stream readings")
    var out: [[Example]] = []
    for stream in streams {
      let reader = Reader(stream, window: random.pick(windows))
      guard !reader.words.isEmpty else { continue }
      func add(_ ends: [Int], _ labels: [String: Float], _ weight: Float) {
        guard !ends.isEmpty, weight > 0 else { return }
        out.append(ends.map { reader.reading($0, labels, weight) })
      }
      let harmless = reader.onset ?? reader.words.count
      if harmless > 0 {
        // The words before an onset; of a stream without any a stretch somewhere.
        let reach = (longestRun - 1) * Self.step
        let isFree = reader.onset == nil && harmless > reach + 1
        let last = isFree ? harmless - random.below(harmless - reach) : harmless
        let ends = stride(from: last, to: 0, by: -Self.step).prefix(longestRun)
        add(ends.reversed(), [:], harmlessWeight)
      }
      if harmless < Self.openingWords || random.below(4) == 0 {
        add(Array(1...min(Self.openingWords, reader.words.count)), [:], harmlessWeight)
      }
      if let onset = reader.onset {
        let end = reader.end
        var ends = Array(
          stride(from: min(onset + harmfulWords, end), through: end, by: Self.step).prefix(longestRun))
        if ends.count < longestRun, ends.last != end { ends.append(end) }
        add(ends, stream.labels, harmfulWeight)
      }
    }
    return out
  }

  /// The words of a stream, and where its harm is.
  private struct Reader {
    let stream: Example
    let window: Int
    let words: [Range<Int>]
    /// Words before the onset; nil without harm.
    let onset: Int?
    /// Words up to the end of the span.
    let end: Int
    private let bytes: [UInt8]

    init(_ stream: Example, window: Int) {
      (self.stream, self.window) = (stream, window)
      let words = stream.words
      let span = stream.spans.map(\.bytes).min { $0.lowerBound < $1.lowerBound }
      onset = span.flatMap { span in words.firstIndex { $0.upperBound > span.lowerBound } }
      end = span.flatMap { span in words.lastIndex { $0.lowerBound < span.upperBound } }.map { $0 + 1 } ?? 0
      self.words = words
      bytes = Array(stream.text.utf8)
    }

    /// What is read after so many words.
    func reading(_ end: Int, _ labels: [String: Float], _ weight: Float) -> Example {
      var copy = stream
      let range = words[max(0, end - window)].lowerBound..<words[end - 1].upperBound
      copy.text = String(decoding: bytes[range], as: UTF8.self)
      copy.labels = labels
      copy.weight *= weight
      copy.spans = []
      return copy
    }
  }
}
