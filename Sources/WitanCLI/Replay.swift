import Foundation
import Witan

/// A text through a guard as a reader would see it generated: coloured by grade, each decision marked where
/// it was made, then the line of the score and the words that drove each decision.
struct Replay {
  private let streamGuard: StreamGuard
  private let classifier: Classifier
  /// Chunks a second; nil is as fast as it goes.
  private let rate: Double?
  /// What the text answers, or where it stands.
  private let standing: EvidenceOptions
  private var text: [UInt8] = []
  private var levels: [Float] = []  // after each chunk
  private var decisions: [(event: GuardEvent, chunk: Int)] = []

  /// The guard has begun its text.
  init(_ streamGuard: StreamGuard, of classifier: Classifier, rate: Double?, standing: EvidenceOptions) {
    self.standing = standing
    self.streamGuard = streamGuard
    self.classifier = classifier
    self.rate = rate
  }

  /// Shows `bytes`; returns whether a rule turned on.
  mutating func run(_ bytes: [UInt8]) throws(WitanError) -> Bool {
    for chunk in Stream.chunks(bytes[...]) where !streamGuard.isEnded {
      let step = chunk.withUnsafeBufferPointer(streamGuard.push)
      text += chunk
      try show(String(decoding: chunk, as: UTF8.self), step)
      try Terminal.flush()
      if let rate { Thread.sleep(forTimeInterval: 1 / rate) }
    }
    if !streamGuard.isEnded { try show("", streamGuard.finish()) }
    try Terminal.write("\n\n" + summary())
    try Terminal.flush()
    return decisions.contains { $0.event.kind == .on && $0.event.reason.action > .emit }
  }

  private mutating func show(_ chunk: String, _ step: GuardStep) throws(WitanError) {
    let p = streamGuard.grades
    let level = classifier.spec.hasAny ? p[p.count - 1] : p.max() ?? 0
    levels.append(level)
    var out = Terminal.styled(chunk, Stream.style(level))
    while let event = streamGuard.nextEvent() {
      decisions.append((event, levels.count))
      let name = event.reason.output ?? event.reason.cause.rawValue
      out += Terminal.styled(
        event.kind == .on ? " [\(event.reason.action.rawValue): \(name)]" : " [over: \(name)]", "1;7")
    }
    try Terminal.write(out)
  }

  /// The score over the text, then what was decided and why.
  private func summary() throws(WitanError) -> String {
    var out = scoreLine(width: min(Terminal.chartWidth, levels.count))
    for (event, _) in decisions where event.kind == .on {
      let r = event.reason
      out += Terminal.styled("\(r.action.rawValue) at byte \(event.byte)", "1")
      if let output = r.output, let p = r.probability {
        out += ": \(title(output)) \(fixed(Double(p), 2))"
        if let word = r.onsetWord, let byte = r.onsetByte {
          out += ", onset at word \(word + 1) (byte \(byte))"
        }
      } else {
        out += ": \(r.cause.rawValue)"
      }
      out += "\n"
      let words = try words(before: event)
      if !words.isEmpty { out += "  words: \(words.joined(separator: ", "))\n" }
    }
    if decisions.isEmpty { out += "no rule turned on\n" }
    let emitted = streamGuard.emittedByteCount
    return out + "\(emitted) of \(text.count) bytes let out, \(streamGuard.wordCount) words graded\n"
  }

  /// The highest score of each stretch as a bar of eight heights, and under it where decisions were made.
  private func scoreLine(width: Int) -> String {
    guard width > 0 else { return "" }
    let bars = Array("▁▂▃▄▅▆▇█")
    var (line, marks) = ("", "")
    for column in 0..<width {
      let from = column * levels.count / width
      let part = levels[from..<max(from + 1, (column + 1) * levels.count / width)]
      let level = part.max() ?? 0
      line += Terminal.styled(String(bars[min(7, Int(level * 8))]), Stream.style(level))
      let isMarked = decisions.contains { part.indices.contains($0.chunk - 1) && $0.event.kind == .on }
      marks += isMarked ? "▲" : " "
    }
    return line + "\n" + marks + "\n"
  }

  private func title(_ output: String) -> String {
    classifier.spec.labels.first { $0.id == output }?.title ?? output
  }

  /// The words that a decision rests on, of the stretch that a window saw; of the whole text without windows.
  private func words(before event: GuardEvent) throws(WitanError) -> [String] {
    let seen = Array(text[..<min(text.count, event.byte)])
    let options = streamGuard.options
    let rule = event.reason.output.flatMap { options.rules[$0] } ?? options.defaultRule
    var standing = standing
    standing.threshold = rule?.on
    let output = classifier.spec.labels.firstIndex { $0.id == event.reason.output }
    return try classifier.drivingWords(
      of: seen, best: 0, output: output, windows: options.windows, standing
    ).spans.map(\.text)
  }
}
