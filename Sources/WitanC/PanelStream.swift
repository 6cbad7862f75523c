// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_panel_stream_create(
  _ panel: OpaquePointer?, _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  shared(panel, PanelHandle.self) { handle in
    open(stream) { PanelStreamHandle(handle.panel.makeStream()) }
  }
}

@c @implementation
public func witan_panel_stream_begin(
  _ stream: OpaquePointer?, _ side: witan_side, _ prompt: UnsafePointer<UInt8>?, _ length: Int
) -> witan_status {
  guard let text = Arguments.text(prompt, length) else { return Arguments.failText(prompt, length) }
  guard 0...Side.allCases.count ~= Int(side) else { return fail(Status.argument, "\(side) is no witan_side") }
  let side = side == 0 ? nil : Side.allCases[Int(side) - 1]
  if prompt != nil, let side, side != .exchange {
    return fail(
      Status.value, "an answer to a prompt stands on WITAN_SIDE_EXCHANGE, not on the side of a \(side)")
  }
  return alone(stream, PanelStreamHandle.self) { handle in
    if prompt == nil { handle.stream.begin(as: side) } else { handle.stream.begin(prompt: text) }
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_push(
  _ stream: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int
) -> witan_status {
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  return alone(stream, PanelStreamHandle.self) { handle in
    handle.stream.push(text)
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_push_token(
  _ stream: OpaquePointer?, _ vocabulary: OpaquePointer?, _ token: Int64
) -> witan_status {
  shared(vocabulary, VocabularyHandle.self) { vocabulary in
    alone(stream, PanelStreamHandle.self) { handle in
      guard let bytes = vocabulary.tokens.bytes(of: Int(token)) else { return failToken(token) }
      handle.stream.push(bytes)
      return Status.ok
    }
  }
}

@c @implementation
public func witan_panel_stream_finish(_ stream: OpaquePointer?) -> witan_status {
  alone(stream, PanelStreamHandle.self) { handle in
    handle.stream.finish()
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_scores(
  _ stream: OpaquePointer?, _ probabilities: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> witan_status {
  guard let probabilities else { return failNull("probabilities") }
  return alone(stream, PanelStreamHandle.self) { handle in
    let count = handle.stream.panel.outputCount
    guard capacity >= count, let now = handle.stream.read().baseAddress else {
      return failSpace("probabilities", capacity, count)
    }
    probabilities.update(from: now, count: count)
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_verdict(
  _ stream: OpaquePointer?, _ policy: OpaquePointer?, _ verdict: UnsafeMutablePointer<witan_panel_verdict>?,
  _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ jsonLength: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let verdict else { return failNull("verdict") }
  let check = Arguments.checkStruct(
    verdict.pointee.struct_size, minimum: MemoryLayout<witan_panel_verdict>.size, "witan_panel_verdict")
  guard check == Status.ok else { return check }
  func answer(_ decider: PolicyDecider?) -> witan_status {
    alone(stream, PanelStreamHandle.self) { handle in
      let opinions = handle.stream.opinions
      let whole = PanelVerdict(opinions: opinions, decision: decider?.decide(opinions))
      whole.write(to: verdict)
      guard let json else { return Status.ok }
      let text = handle.keep(whole)
      json.pointee = text.baseAddress
      jsonLength?.pointee = text.count
      return Status.ok
    }
  }
  guard let policy else { return answer(nil) }
  return shared(policy, PolicyHandle.self) { answer($0.decider) }
}

@c @implementation
public func witan_panel_stream_fork(
  _ stream: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  alone(stream, PanelStreamHandle.self) { handle in
    open(copy) { PanelStreamHandle(handle.stream.fork()) }
  }
}

@c @implementation
public func witan_panel_stream_reset(_ stream: OpaquePointer?) -> witan_status {
  alone(stream, PanelStreamHandle.self) { handle in
    handle.stream.reset()
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_memory(
  _ stream: OpaquePointer?, _ bytes: UnsafeMutablePointer<UInt64>?
) -> witan_status {
  guard let bytes else { return failNull("bytes") }
  return alone(stream, PanelStreamHandle.self) { handle in
    bytes.pointee = UInt64(handle.stream.stateByteCount)
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_free(_ stream: OpaquePointer?) -> witan_status {
  free(stream, PanelStreamHandle.self)
}
