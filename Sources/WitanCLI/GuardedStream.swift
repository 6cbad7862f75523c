import ArgumentParser
import Foundation
import Witan

/// Standard input through a guard: what it lets out goes to standard output, its verdict to standard
/// error, or both as JSON events.
struct GuardedStream {
  let streamGuard: StreamGuard
  let json: Bool
  /// Said with the verdict, when the model is signed.
  private let provenance: ModelProvenance?
  private var isFlagged = false

  /// The guard has begun its text.
  init(_ streamGuard: StreamGuard, json: Bool, provenance: ModelProvenance?) {
    self.streamGuard = streamGuard
    self.json = json
    self.provenance = provenance
  }

  /// Reads to the end of the input, or to where the guard ends it. Returns whether a rule turned on or a
  /// limit was reached.
  mutating func run() throws(WitanError) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !streamGuard.isEnded {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 {
        _ = streamGuard.cancel()
        throw WitanError.system("cannot be read", "standard input")
      }
      if count == 0 { break }
      for chunk in Stream.chunks(buffer[..<count]) where !streamGuard.isEnded {
        try show(chunk.withUnsafeBufferPointer(streamGuard.push))
      }
      try Terminal.flush()
    }
    if !streamGuard.isEnded { try show(streamGuard.finish()) }
    let verdict = streamGuard.verdict
    isFlagged = isFlagged || verdict.action > .emit
    if json {
      try Terminal.write(verdictJSON(verdict).text() + "\n")
    } else {
      try Terminal.flush()
      Terminal.note("\n" + text(verdict))
    }
    try Terminal.flush()
    return isFlagged
  }

  private mutating func show(_ step: GuardStep) throws(WitanError) {
    var events: [JSON] = []
    while let event = streamGuard.nextEvent() {
      isFlagged = isFlagged || event.reason.action > .emit
      var fields = Self.fields(event.reason)
      fields["state"] = .string(event.kind.rawValue)
      fields["byte"] = JSON(event.byte)
      events.append(.object(fields))
    }
    let bytes = streamGuard.withEmittable { Array($0) }
    guard json else { return try Terminal.write(bytes: bytes) }
    try Terminal.write(
      JSON.object([
        "emit": .string(String(decoding: bytes, as: UTF8.self)), "held": JSON(step.held),
        "action": .string(step.action.rawValue), "events": .array(events),
      ]).text() + "\n")
  }

  private func verdictJSON(_ verdict: GuardStep) -> JSON {
    var fields: [String: JSON] = [
      "action": .string(verdict.action.rawValue), "bytes": JSON(streamGuard.byteCount),
      "words": JSON(streamGuard.wordCount), "emitted": JSON(streamGuard.emittedByteCount),
      "held": JSON(verdict.held), "flagged": .bool(isFlagged),
    ]
    if let provenance { fields["model"] = provenance.json }
    if let reason = verdict.reason { fields["reason"] = .object(Self.fields(reason)) }
    return ["verdict": .object(fields)]
  }

  private static func fields(_ reason: GuardReason) -> [String: JSON] {
    var fields: [String: JSON] = [
      "cause": .string(reason.cause.rawValue), "action": .string(reason.action.rawValue),
      "byte": JSON(reason.byte),
    ]
    if let output = reason.output { fields["output"] = .string(output) }
    if let probability = reason.probability { fields["probability"] = JSON(probability) }
    if let word = reason.onsetWord { fields["onset_word"] = JSON(word) }
    if let byte = reason.onsetByte { fields["onset_byte"] = JSON(byte) }
    if !reason.views.isEmpty { fields["view"] = .string(reason.views.path) }
    return fields
  }

  private func text(_ verdict: GuardStep) -> String {
    var out = isFlagged ? "flagged" : "clean"
    out +=
      "  \(verdict.action.rawValue), \(streamGuard.emittedByteCount) bytes let out, \(verdict.held) kept back"
    guard let reason = verdict.reason else { return out }
    switch reason.cause {
    case .output:
      out += "; \(reason.output ?? "") \(fixed(Double(reason.probability ?? 1), 2)) at byte \(reason.byte)"
      out += ", from byte \(reason.onsetByte ?? 0) on"
      if !reason.views.isEmpty { out += ", view \(reason.views.path)" }
    case .heldBytes: out += "; more text would have to be kept back than is allowed"
    case .length: out += "; only \(reason.byte) bytes were graded"
    case .answer, .cancelled: out += "; \(reason.cause.rawValue)"
    }
    return out
  }
}
