// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_model_evidence(
  _ model: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ output: UInt32,
  _ options: UnsafePointer<witan_evidence_options>?, _ evidence: UnsafeMutablePointer<witan_evidence>?,
  _ spans: UnsafeMutablePointer<witan_evidence_span>?, _ capacity: Int, _ count: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let evidence else { return failNull("evidence") }
  guard let count else { return failNull("count") }
  let check = Arguments.checkStruct(
    evidence.pointee.struct_size, minimum: MemoryLayout<witan_evidence>.size, "witan_evidence")
  guard check == Status.ok else { return check }
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  guard capacity >= 0, spans != nil || capacity == 0 else { return failNull("spans") }
  let found: EvidenceOptions
  do throws(Refusal) { found = try EvidenceOptions(options) } catch { return error.status }
  return shared(model, ModelHandle.self) { (model) throws(WitanError) in
    guard output < model.outputs.count else {
      return fail(Status.argument, "there is no output \(output); the model has \(model.outputs.count)")
    }
    let verdict = try model.classifier.evidence(of: text, output: Int(output), options: found)
    evidence.pointee.probability = verdict.probability
    evidence.pointee.remaining = verdict.remaining
    evidence.pointee.is_flagged = verdict.isFlagged ? 1 : 0
    evidence.pointee.flips = verdict.flips ? 1 : 0
    evidence.pointee.word_count = UInt32(clamping: verdict.wordCount)
    count.pointee = verdict.spans.count
    for (i, span) in verdict.spans.prefix(capacity).enumerated() {
      spans![i] = witan_evidence_span(
        start: UInt64(span.bytes.lowerBound), end: UInt64(span.bytes.upperBound), share: span.share,
        words: UInt32(clamping: span.words))
    }
    return verdict.spans.count <= capacity ? Status.ok : failSpace("spans", capacity, verdict.spans.count)
  }
}

extension EvidenceOptions {
  /// As C says them; NULL are the defaults.
  fileprivate init(_ options: UnsafePointer<witan_evidence_options>?) throws(Refusal) {
    self.init()
    guard let raw = options?.pointee else { return }
    let check = Arguments.checkStruct(
      raw.struct_size, minimum: MemoryLayout<witan_evidence_options>.size, "witan_evidence_options")
    guard check == Status.ok else { throw Refusal(status: check) }
    guard 0...Side.allCases.count ~= Int(raw.side) else {
      throw Refusal(status: fail(Status.argument, "\(raw.side) is no witan_side"))
    }
    if raw.prompt != nil || raw.prompt_length != 0 {
      prompt = Array(try Arguments.demandText(raw.prompt, raw.prompt_length))
    }
    side = raw.side == 0 ? nil : Side.allCases[Int(raw.side) - 1]
    if prompt != nil, let side, side != .exchange {
      throw Refusal(
        status: fail(
          Status.value, "an answer to a prompt stands on WITAN_SIDE_EXCHANGE, not on the side of a \(side)"))
    }
    guard raw.threshold >= 0 && raw.threshold <= 1 else {
      throw Refusal(status: fail(Status.value, "threshold is \(raw.threshold), not in 0...1"))
    }
    threshold = raw.threshold == 0 ? nil : raw.threshold
    limit = raw.word_limit == 0 ? nil : Int(raw.word_limit)
  }
}
