// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

// Windows of panel streams, and saving them.

@c @implementation
public func witan_panel_stream_create_windowed(
  _ panel: OpaquePointer?, _ windows: UnsafePointer<UInt32>?, _ count: Int,
  _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard 0...8 ~= count else { return fail(Status.argument, "count is not in 0...8") }
  if windows == nil && count > 0 { return failNull("windows") }
  let sizes = (0..<count).map { Int(windows![$0]) }
  return shared(panel, PanelHandle.self) { handle in
    open(stream) { () throws(WitanError) in
      PanelStreamHandle(try handle.panel.makeStream(windows: sizes))
    }
  }
}

@c @implementation
public func witan_panel_stream_end_word(_ stream: OpaquePointer?) -> witan_status {
  alone(stream, PanelStreamHandle.self) { handle in
    handle.stream.advance()
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_window_scores(
  _ stream: OpaquePointer?, _ probabilities: UnsafeMutablePointer<Float>?, _ capacity: Int
) -> witan_status {
  guard let probabilities else { return failNull("probabilities") }
  return alone(stream, PanelStreamHandle.self) { handle in
    let count = handle.stream.panel.outputCount
    guard capacity >= count, let now = handle.stream.readLargest().baseAddress else {
      return failSpace("probabilities", capacity, count)
    }
    probabilities.update(from: now, count: count)
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_save(
  _ stream: OpaquePointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let length else { return failNull("length") }
  guard capacity >= 0, bytes != nil || capacity == 0 else { return failNull("bytes") }
  return alone(stream, PanelStreamHandle.self) { handle in
    let saved = handle.stream.save()
    length.pointee = saved.count
    guard saved.count <= capacity else { return failSpace("bytes", capacity, saved.count) }
    saved.withUnsafeBufferPointer { bytes?.update(from: $0.baseAddress!, count: $0.count) }
    return Status.ok
  }
}

@c @implementation
public func witan_panel_stream_resume(
  _ stream: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int
) -> witan_status {
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  return alone(stream, PanelStreamHandle.self) { (handle) throws(WitanError) in
    try handle.stream.resume(Array(text))
    return Status.ok
  }
}
