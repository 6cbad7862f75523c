// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

// Taking back, copying, saving and ending streams.

@c @implementation
public func witan_stream_rewind(
  _ stream: OpaquePointer?, _ tokens: UInt64, _ takenBack: UnsafeMutablePointer<UInt64>?
) -> witan_status {
  alone(stream, StreamHandle.self) { (stream) throws(WitanError) in
    let taken = try stream.streamGuard.rewind(tokens: Int(clamping: tokens))
    takenBack?.pointee = UInt64(taken)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_fork(
  _ stream: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  alone(stream, StreamHandle.self) { stream in
    open(copy) { StreamHandle(stream.streamGuard.fork()) }
  }
}

@c @implementation
public func witan_stream_reset(_ stream: OpaquePointer?) -> witan_status {
  alone(stream, StreamHandle.self) { stream in
    stream.streamGuard.reset()
    return Status.ok
  }
}

@c @implementation
public func witan_stream_save(
  _ stream: OpaquePointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let length else { return failNull("length") }
  guard capacity >= 0, bytes != nil || capacity == 0 else { return failNull("bytes") }
  return alone(stream, StreamHandle.self) { stream in
    let saved = stream.streamGuard.save()
    length.pointee = saved.count
    guard saved.count <= capacity else { return failSpace("bytes", capacity, saved.count) }
    saved.withUnsafeBufferPointer { bytes?.update(from: $0.baseAddress!, count: $0.count) }
    return Status.ok
  }
}

@c @implementation
public func witan_stream_resume(
  _ stream: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int
) -> witan_status {
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  return alone(stream, StreamHandle.self) { (stream) throws(WitanError) in
    try stream.streamGuard.resume(Array(text))
    return Status.ok
  }
}

@c @implementation
public func witan_stream_memory(
  _ stream: OpaquePointer?, _ bytes: UnsafeMutablePointer<UInt64>?
) -> witan_status {
  guard let bytes else { return failNull("bytes") }
  return alone(stream, StreamHandle.self) { stream in
    bytes.pointee = UInt64(stream.streamGuard.stateByteCount)
    return Status.ok
  }
}

@c @implementation
public func witan_stream_free(_ stream: OpaquePointer?) -> witan_status { free(stream, StreamHandle.self) }
