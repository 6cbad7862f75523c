public import Witan

/// How fast and how falsely a model flags while it reads: for texts whose harm has a known onset.
///
/// A stream is flagged at the first word after which the score reaches the threshold. The delay counts the
/// words read since the onset, the first of which is 1. A flag before the onset is no detection: it is
/// counted as *early*, since it was raised by innocent text. Rates of detection mean nothing without the
/// rate of false alarms at the same threshold, which stands beside them.
public struct StreamEvaluation: Sendable {
  /// Delays up to which detections are counted, in words.
  public static let marks = [4, 8, 16, 32, 64]

  /// Where the threshold comes from.
  public enum Threshold: Sendable, Hashable {
    /// The model's own.
    case model
    case given(Float)
    /// The lowest that at most this share of the innocent streams reach. Their rate of false alarms is then
    /// no finding: for one, give this threshold with other streams.
    case falsePositiveRate(Double)
  }

  /// A part of some streams.
  public struct Share: Sendable, Hashable {
    public let hits: Int
    public let n: Int
    public var value: Double { n == 0 ? 0 : Double(hits) / Double(n) }
    /// Exact, of 95 % (Clopper and Pearson).
    public var interval: ClosedRange<Double> { Metrics.exactInterval(hits, of: n) }
  }

  /// Harmful streams whose lead-in has so many words.
  public struct Lead: Sendable {
    public let words: ClosedRange<Int>
    public let early: Share
    /// Flagged up to 16 words after the onset, and at any time after it.
    public let within16: Share
    public let detected: Share
  }

  public let threshold: Float
  public let source: Threshold
  /// Words from onset to flag of each harmful stream; 0 or less when the flag was early, nil when it never came.
  public let delays: [Int?]
  public let leads: [Lead]
  /// Harmful streams whose flag came at a word that one of their spans touches.
  public let inside: Share
  /// Flagged streams without harm: all, then by `Example.group`.
  public let falsePositives: Share
  public let groups: [(name: String, share: Share)]
  /// Words of the innocent streams.
  public let innocentWords: Int

  /// Judges scores that were read after each word. O(words)
  ///
  /// `scores[i]` has one for each of `streams[i].words`. Harmful are the streams that have a label of
  /// `labels`, innocent those without any label; others do not count.
  ///
  /// Throws `data` when either kind is missing or a harmful stream has no span of these labels.
  public init(
    _ streams: [Example], labels: Set<String>, scores: [[Float]], threshold source: Threshold,
    modelThreshold: Float
  ) throws(WitanError) {
    func hasLabel(_ example: Example, _ label: String) -> Bool { example.labels[label] ?? 0 >= 0.5 }
    let harmful = streams.indices.filter { i in labels.contains { hasLabel(streams[i], $0) } }
    let innocent = streams.indices.filter { i in streams[i].labels.values.allSatisfy { $0 < 0.5 } }
    guard !harmful.isEmpty, !innocent.isEmpty else {
      throw WitanError(
        .data,
        "there are \(harmful.count) harmful and \(innocent.count) innocent streams; both are needed, as "
          + "'witan synthesize --streams' makes them")
    }
    let peaks = innocent.map { scores[$0].max() ?? 0 }.sorted(by: >)
    switch source {
    case .model: threshold = modelThreshold
    case .given(let value): threshold = value
    case .falsePositiveRate(let rate):
      let allowed = Int(rate * Double(peaks.count))
      threshold = allowed < peaks.count ? peaks[allowed].nextUp : 0
    }
    self.source = source

    let limit = threshold
    func flag(_ i: Int) -> Int? { scores[i].firstIndex { $0 >= limit } }
    func share(_ of: [Int], _ isHit: (Int) -> Bool) -> Share {
      Share(hits: of.count(where: isHit), n: of.count)
    }
    var onsets: [Int] = []  // words before the onset
    for i in harmful {
      guard let onset = streams[i].onset(of: labels) else {
        throw WitanError(
          .data,
          "a harmful stream has no span that says where its harm begins: "
            + (streams[i].source ?? String(streams[i].text.prefix(60))))
      }
      let words = streams[i].words
      onsets.append(words.firstIndex { $0.upperBound > onset } ?? words.count)
    }
    let delays = zip(harmful, onsets).map { i, onset in flag(i).map { $0 - onset + 1 } }
    self.delays = delays
    inside = share(harmful) { i in
      flag(i).map { !streams[i].labels(of: streams[i].words[$0]).isDisjoint(with: labels) } ?? false
    }
    leads = [0...0, 1...9, 10...39, 40...99, 100...199, 200...Int.max].compactMap { range in
      let members = delays.indices.filter { range.contains(onsets[$0]) }
      guard !members.isEmpty else { return nil }
      return Lead(
        words: range, early: share(members) { delays[$0].map { $0 < 1 } ?? false },
        within16: share(members) { delays[$0].map { 1...16 ~= $0 } ?? false },
        detected: share(members) { delays[$0].map { $0 >= 1 } ?? false })
    }
    falsePositives = share(innocent) { flag($0) != nil }
    groups = Dictionary(grouping: innocent) { streams[$0].group ?? "" }.sorted { $0.key < $1.key }
      .filter { !$0.key.isEmpty }.map { ($0.key, share($0.value) { flag($0) != nil }) }
    innocentWords = innocent.reduce(0) { $0 + scores[$1].count }
  }

  /// Reads `streams` word by word with `model` and judges its output `any`, or that of `principle`.
  ///
  /// With `smoothing` the logits of readings are averaged first.
  ///
  /// Throws `invalidValue` when the model has no such output, and `data` also for labels that it does not know.
  public init(
    _ model: some TextModel, principle: String? = nil, _ streams: [Example], threshold: Threshold = .model,
    smoothing: ProbeSpec.Smoothing? = nil
  ) throws(WitanError) {
    let judged = try Judged(model, principle, streams)
    let scores = model.wordScores(of: streams, output: judged.output)
    try self.init(
      streams, labels: judged.labels, scores: smoothing.map { scores.map($0.smoothed) } ?? scores,
      threshold: threshold, modelThreshold: judged.threshold)
  }

  /// The same by what a `StreamGuard` with these windows sees: the largest grade of any window at each word,
  /// or the mean of the `top` largest so far.
  ///
  /// Throws also `invalidValue` for windows out of range, and `unsupported` for answers to prompts.
  public init(
    _ classifier: Classifier, windows: [Int], top: Int = 1, principle: String? = nil, _ streams: [Example],
    threshold: Threshold = .model, smoothing: ProbeSpec.Smoothing? = nil
  ) throws(WitanError) {
    let judged = try Judged(classifier, principle, streams)
    let scores = try classifier.wordScores(of: streams, output: judged.output, windows: windows, top: top)
    try self.init(
      streams, labels: judged.labels, scores: smoothing.map { scores.map($0.smoothed) } ?? scores,
      threshold: threshold, modelThreshold: judged.threshold)
  }
}

/// Which output of a model is judged, and what it is about.
private struct Judged {
  let output: Int
  let labels: Set<String>
  let threshold: Float

  init(_ model: some TextModel, _ principle: String?, _ streams: [Example]) throws(WitanError) {
    let known = model.labels
    let found = principle.map { id in known.firstIndex { $0.id == id } } ?? known.count
    guard let found, principle != nil || model.hasAny else {
      throw WitanError(
        .invalidValue,
        principle.map { "the model has no principle '\($0)'" }
          ?? "the model has no output 'any'; name one of its labels with --principle",
        at: known.map(\.id).joined(separator: ", "))
    }
    let strangers = Set(streams.flatMap(\.labels.keys)).subtracting(known.map(\.id)).sorted()
    if let stranger = strangers.first {
      throw WitanError(.data, "the streams have the label '\(stranger)', which the model does not know")
    }
    output = found
    labels = Set(principle.map { [$0] } ?? known.filter { $0.stance == .prohibit }.map(\.id))
    threshold = principle == nil ? model.anyThreshold : known[found].threshold
  }
}

extension StreamEvaluation {
  public var harmful: Int { delays.count }

  /// Harmful streams flagged by the innocent text before the onset.
  public var early: Share { count { $0 < 1 } }

  /// Harmful streams flagged in the first `words` words from the onset on.
  public func within(_ words: Int) -> Share { count { 1...max(1, words) ~= $0 } }

  /// Harmful streams flagged at any time from the onset on.
  public var detected: Share { count { $0 >= 1 } }

  public var missed: Share { Share(hits: delays.count { $0 == nil }, n: delays.count) }

  /// The delay of the middle one of the detected streams, the lower of two; nil without any.
  public var medianDelay: Int? {
    let found = delays.compactMap { $0 }.filter { $0 >= 1 }.sorted()
    return found.isEmpty ? nil : found[(found.count - 1) / 2]
  }

  private func count(_ isHit: (Int) -> Bool) -> Share {
    Share(hits: delays.count { $0.map(isHit) ?? false }, n: delays.count)
  }
}
