import Foundation
import Witan
import WitanTraining

/// Standard input as one text that a panel grades while it arrives, with a policy as a server would let it out.
struct StreamedPanel {
  private let stream: PanelStream
  private let deciding: PolicyStream?
  private let json: Bool
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var (text, held): ([UInt8], [UInt8]) = ([], [])
  private var said: [Standing] = []
  private var told = GuardAction.emit
  private var last = ""

  /// Bytes kept to name words; longer texts get none.
  private static let keptBytes = 1 << 20

  init(_ panel: Panel, _ speaking: PolicyPanel?, json: Bool) throws(WitanError) {
    if let speaking {
      // Nobody waits for what is held back here.
      deciding = try PolicyStream(speaking, maximumHeldBytes: 1 << 30, maximumBytes: 1 << 50)
    } else {
      deciding = nil
    }
    stream = deciding?.stream ?? panel.makeStream()
    self.json = json
  }

  func begin(prompt: String?, side: Side?) {
    if let prompt {
      if let deciding { deciding.begin(prompt: prompt) } else { stream.begin(prompt: prompt) }
    } else {
      if let deciding { deciding.begin(as: side) } else { stream.begin(as: side) }
    }
  }

  /// Why the policy has in force what it has; nil without one.
  var decision: PolicyDecision? { deciding?.decision }

  /// What the policy has in force; nil without one.
  var action: GuardAction? { deciding?.verdict.action }

  /// Whether the policy has stopped the text.
  var isEnded: Bool { deciding?.isEnded ?? false }

  /// The chunks that arrive next; nil at the end of the input.
  mutating func next() throws(WitanError) -> [ArraySlice<UInt8>]? {
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw WitanError.system("cannot be read", "standard input") }
      if count == 0 { return nil }
      let arrived = held + buffer[..<count]
      let whole = arrived.count - Stream.incompleteTail(arrived)
      held = Array(arrived[whole...])
      return Stream.chunks(arrived[..<whole])
    }
  }

  /// Grades a chunk and tells what changed.
  mutating func push(_ chunk: ArraySlice<UInt8>) throws(WitanError) {
    take(chunk)
    try tell(String(decoding: chunk, as: UTF8.self))
  }

  /// Ends the text: what all say of it, and the text where it was kept.
  mutating func finish() throws(WitanError) -> (opinions: [Opinion], text: [UInt8]) {
    if !isEnded {
      take(held[...])
      if let deciding { _ = deciding.finish() } else { stream.finish() }
    }
    return (stream.opinions, text.count > Self.keptBytes ? [] : text)
  }

  private mutating func take(_ chunk: ArraySlice<UInt8>) {
    chunk.withUnsafeBufferPointer { chunk in
      if let deciding { _ = deciding.push(chunk) } else { stream.push(chunk) }
    }
    if text.count <= Self.keptBytes { text += chunk.prefix(stream.byteCount - text.count) }
  }

  /// A JSON event for the chunk, or a line for each member who has changed its mind, and one for another action.
  private mutating func tell(_ word: String) throws(WitanError) {
    let verdict = stream.verdict
    if json {
      let standings = verdict.opinions.map { ($0.provenance.member, JSON.string($0.standing.rawValue)) }
      let objections = verdict.opinions.map { ($0.provenance.member, JSON($0.objection)) }
      var event: [String: JSON] = [
        "chunk": .string(word), "bytes": JSON(stream.byteCount), "outcome": .string(verdict.outcome.rawValue),
        "standings": .object(Dictionary(uniqueKeysWithValues: standings)),
        "objections": .object(Dictionary(uniqueKeysWithValues: objections)),
        "spread": JSON(verdict.dissent.spread),
      ]
      event["decision"] = deciding?.decision.json
      event["emitted"] = deciding.map { JSON($0.emittedByteCount) }
      return try Terminal.write(JSON.object(event).text() + "\n")
    }
    let shown = word.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    func place(_ byte: Int, _ word: String) -> String {
      "byte \(byte)".padded(12) + "\"\(word)\"".padded(22)
    }
    defer { last = shown }
    for (i, opinion) in verdict.opinions.enumerated() {
      let before = said.isEmpty ? .accepts : said[i]
      guard opinion.standing != before else { continue }
      try Terminal.write(
        place(stream.byteCount, shown) + opinion.provenance.title + ": " + opinion.standing.words
          + ", \(percent(Double(opinion.objection), digits: 0)) against it\n")
    }
    said = verdict.opinions.map(\.standing)
    guard let deciding, let action, action != told else { return }
    told = action
    // What closes a word often comes with the next one.
    let word = deciding.decidedByteCount == stream.byteCount ? shown : last
    try Terminal.write(
      place(deciding.decidedByteCount, word) + "policy: \(action.rawValue), \(deciding.decision.summary)\n")
  }

  /// What the policy did with the stream, for results.
  var outcome: JSON? {
    guard let deciding, let action else { return nil }
    return [
      "action": .string(action.rawValue), "bytes": JSON(deciding.byteCount),
      "emitted": JSON(deciding.emittedByteCount), "decision": deciding.decision.json,
    ]
  }

  /// The same for people.
  var lines: [String] {
    guard let deciding, let action else { return [] }
    let out = "\(deciding.emittedByteCount) of \(deciding.byteCount) bytes went out"
    var end = action == .terminate ? "; it was stopped there" : ""
    if let cause = deciding.verdict.cause { end += " (\(cause.rawValue))" }
    return ["  As a stream: \(action.rawValue); \(out)\(end)."]
  }
}
