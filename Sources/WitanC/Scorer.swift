// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_scorer_create(
  _ models: UnsafePointer<OpaquePointer?>?, _ count: Int, _ scorer: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard let models else { return failNull("models") }
  guard 1...64 ~= count else { return fail(Status.argument, "model_count is not in 1...64") }
  var handles: [ModelHandle] = []
  for i in 0..<count {
    let status = shared(models[i], ModelHandle.self) { model in
      handles.append(model)
      return Status.ok
    }
    guard status == Status.ok else { return status }
  }
  return open(scorer) { ScorerHandle(handles) }
}

@c @implementation
public func witan_scorer_output_count(
  _ scorer: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let count else { return failNull("count") }
  return alone(scorer, ScorerHandle.self) { scorer in
    count.pointee = scorer.outputCount
    return Status.ok
  }
}

@c @implementation
public func witan_scorer_score(
  _ scorer: OpaquePointer?, _ texts: UnsafePointer<witan_text>?, _ prompts: UnsafePointer<witan_text>?,
  _ count: Int, _ probabilities: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> witan_status {
  alone(scorer, ScorerHandle.self) { scorer in
    do throws(Refusal) {
      let out = try room(scorer, count, probabilities, capacity)
      if count == 0 { return Status.ok }
      guard let texts else { return failNull("texts") }
      for list in [texts, prompts] {
        guard let list else { continue }
        for i in 0..<count { _ = try Arguments.demandText(list[i].bytes, list[i].length) }
      }
      scorer.score(
        count, into: out, text: { UnsafeBufferPointer(start: texts[$0].bytes, count: texts[$0].length) },
        prompt: { i in
          guard let prompts, let bytes = prompts[i].bytes else { return nil }
          return UnsafeBufferPointer(start: bytes, count: prompts[i].length)
        })
      return Status.ok
    } catch { return error.status }
  }
}

@c @implementation
public func witan_scorer_score_packed(
  _ scorer: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ offsets: UnsafePointer<UInt64>?,
  _ count: Int, _ probabilities: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> witan_status {
  alone(scorer, ScorerHandle.self) { scorer in
    do throws(Refusal) {
      let out = try room(scorer, count, probabilities, capacity)
      if count == 0 { return Status.ok }
      let text = try Arguments.demandText(bytes, length)
      let offsets = try Arguments.checkOffsets(offsets, count: count, length: length)
      scorer.score(
        count, into: out,
        text: { UnsafeBufferPointer(rebasing: text[Int(offsets[$0])..<Int(offsets[$0 + 1])]) },
        prompt: { _ in nil })
      return Status.ok
    } catch { return error.status }
  }
}

/// The place for the probabilities of `count` texts; throws when it is too small.
private func room(
  _ scorer: ScorerHandle, _ count: Int, _ probabilities: UnsafeMutablePointer<Float>?, _ capacity: Int
) throws(Refusal) -> UnsafeMutablePointer<Float> {
  try Arguments.checkCount(count, "count")
  guard let probabilities else { throw Refusal(status: failNull("probabilities")) }
  let needed = count * scorer.outputCount
  guard capacity >= needed else {
    throw Refusal(status: failSpace("probabilities", capacity, needed))
  }
  return probabilities
}

@c @implementation
public func witan_scorer_free(_ scorer: OpaquePointer?) -> witan_status { free(scorer, ScorerHandle.self) }
