// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_stream_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<witan_guard_options>?,
  _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  shared(model, ModelHandle.self) { model in
    open(stream) { () throws(WitanError) in
      StreamHandle(try StreamGuard(model.classifier, GuardOptions(options)))
    }
  }
}

@c @implementation
public func witan_stream_push(
  _ stream: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int,
  _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  return alone(stream, StreamHandle.self) { stream in
    stream.write(stream.streamGuard.push(text), to: step)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_push_batch(
  _ stream: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ offsets: UnsafePointer<UInt64>?,
  _ count: Int, _ steps: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  alone(stream, StreamHandle.self) { stream in
    do throws(Refusal) {
      try Arguments.checkCount(count, "count")
      if count == 0 { return Status.ok }
      guard let steps else { return failNull("steps") }
      let text = try Arguments.demandText(bytes, length)
      let offsets = try Arguments.checkOffsets(offsets, count: count, length: length)
      for i in 0..<count {
        let chunk = UnsafeBufferPointer(rebasing: text[Int(offsets[i])..<Int(offsets[i + 1])])
        stream.streamGuard.push(chunk).write(to: steps + i, isEnded: stream.streamGuard.isEnded)
      }
      return Status.ok
    } catch { return error.status }
  }
}

@c @implementation
public func witan_stream_push_token(
  _ stream: OpaquePointer?, _ vocabulary: OpaquePointer?, _ token: Int64,
  _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  return shared(vocabulary, VocabularyHandle.self) { vocabulary in
    alone(stream, StreamHandle.self) { (stream) throws(WitanError) in
      stream.write(
        try stream.streamGuard.push(token: Int(token), of: vocabulary.tokens), to: step)
      return Status.ok
    }
  }
}

@c @implementation
public func witan_stream_finish(
  _ stream: OpaquePointer?, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  return alone(stream, StreamHandle.self) { stream in
    stream.write(stream.streamGuard.finish(), to: step)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_resolve(
  _ stream: OpaquePointer?, _ answer: witan_answer, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  guard let answer = GuardAnswer(number: answer) else { return failAnswer(answer) }
  return alone(stream, StreamHandle.self) { stream in
    stream.write(stream.streamGuard.resolve(answer), to: step)
    return Status.ok
  }
}

func failAnswer(_ answer: witan_answer) -> witan_status {
  fail(Status.argument, "\(answer) is no answer; it is WITAN_RELEASE or WITAN_STOP")
}

@c @implementation
public func witan_stream_cancel(
  _ stream: OpaquePointer?, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  return alone(stream, StreamHandle.self) { stream in
    stream.write(stream.streamGuard.cancel(), to: step)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_verdict(
  _ stream: OpaquePointer?, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  return alone(stream, StreamHandle.self) { stream in
    stream.streamGuard.verdict.write(to: step, isEnded: stream.streamGuard.isEnded)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_reason(
  _ stream: OpaquePointer?, _ reason: UnsafeMutablePointer<witan_reason>?
) -> witan_status {
  let check = witan_reason.check(reason)
  guard check == Status.ok, let reason else { return check }
  return alone(stream, StreamHandle.self) { stream in
    witan_reason.write(stream.streamGuard.verdict.reason, isOn: true, to: reason)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_next_event(
  _ stream: OpaquePointer?, _ event: UnsafeMutablePointer<witan_reason>?
) -> witan_status {
  let check = witan_reason.check(event)
  guard check == Status.ok, let event else { return check }
  return alone(stream, StreamHandle.self) { stream in
    let next = stream.streamGuard.nextEvent()
    witan_reason.write(next?.reason, isOn: next?.kind == .on, to: event)
    if let next { event.pointee.byte = UInt64(next.byte) }
    return Status.ok
  }
}

@c @implementation
public func witan_stream_scores(
  _ stream: OpaquePointer?, _ probabilities: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> witan_status {
  guard let probabilities else { return failNull("probabilities") }
  return alone(stream, StreamHandle.self) { stream in
    let scored = stream.streamGuard
    let now = scored.stream?.read() ?? scored.panelStream?.read()
    let count = now?.count ?? 0
    guard capacity >= count, let base = now?.baseAddress else {
      return failSpace("probabilities", capacity, count)
    }
    probabilities.update(from: base, count: count)
    return Status.ok
  }
}
