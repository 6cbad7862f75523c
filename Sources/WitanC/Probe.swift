// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_probe_open(
  _ path: UnsafePointer<CChar>?, _ pathLength: Int, _ probe: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard let path = Arguments.string(path, pathLength) else { return Arguments.failPath() }
  return open(probe) { () throws(WitanError) in try ProbeHandle(path: path) }
}

@c @implementation
public func witan_probe_describe(
  _ probe: OpaquePointer?, _ info: UnsafeMutablePointer<witan_probe_info>?
) -> witan_status {
  guard let info else { return failNull("info") }
  let check = Arguments.checkStruct(
    info.pointee.struct_size, minimum: MemoryLayout<witan_probe_info>.size, "witan_probe_info")
  guard check == Status.ok else { return check }
  return shared(probe, ProbeHandle.self) { probe in
    info.pointee.dimensions = UInt32(probe.probe.spec.dimensions)
    info.pointee.output_count = UInt32(probe.outputs.count)
    info.pointee.reserved = 0
    return Status.ok
  }
}

@c @implementation
public func witan_probe_output(
  _ probe: OpaquePointer?, _ index: UInt32, _ output: UnsafeMutablePointer<witan_output>?
) -> witan_status {
  guard let output else { return failNull("output") }
  let check = Arguments.checkStruct(
    output.pointee.struct_size, minimum: MemoryLayout<witan_output>.size, "witan_output")
  guard check == Status.ok else { return check }
  return shared(probe, ProbeHandle.self) { probe in
    guard index < probe.outputs.count else {
      return fail(Status.argument, "there is no output \(index); the probe has \(probe.outputs.count)")
    }
    let (id, title, label) = probe.outputs[Int(index)]
    label.write(id, title, to: output)
    return Status.ok
  }
}

@c @implementation
public func witan_probe_free(_ probe: OpaquePointer?) -> witan_status { free(probe, ProbeHandle.self) }

@c @implementation
public func witan_probe_stream_create(
  _ probe: OpaquePointer?, _ rewindable: UInt32, _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard rewindable <= 1 << 16 else { return fail(Status.argument, "rewindable is not in 0...65536") }
  return shared(probe, ProbeHandle.self) { probe in
    open(stream) { ProbeStreamHandle(probe, probe.probe.makeStream(rewindable: Int(rewindable))) }
  }
}

@c @implementation
public func witan_probe_stream_push(
  _ stream: OpaquePointer?, _ type: witan_activation_type, _ values: UnsafeRawPointer?, _ length: Int,
  _ isFlagged: UnsafeMutablePointer<Int32>?
) -> witan_status {
  let start = values?.assumingMemoryBound(to: UInt8.self)
  guard Arguments.text(start, length) != nil else { return Arguments.failText(start, length) }
  guard ActivationType.allCases.indices ~= Int(type) else {
    return fail(Status.argument, "\(type) is no witan_activation_type")
  }
  return alone(stream, ProbeStreamHandle.self) { stream in
    let type = ActivationType.allCases[Int(type)]
    let size = stream.probe.probe.spec.dimensions * type.byteCount
    guard length % size == 0 else {
      return fail(Status.argument, "\(length) bytes are no whole number of states of \(size) bytes")
    }
    if let values { stream.push(values, type, count: length / size) }
    isFlagged?.pointee = stream.stream.isFlagged ? 1 : 0
    return Status.ok
  }
}

@c @implementation
public func witan_probe_stream_scores(
  _ stream: OpaquePointer?, _ now: UnsafeMutablePointer<Float>?, _ peak: UnsafeMutablePointer<Float>?,
  _ capacity: Int
) -> witan_status {
  alone(stream, ProbeStreamHandle.self) { stream in
    let count = stream.probe.outputs.count
    guard capacity >= count else { return failSpace("scores", capacity, count) }
    for j in 0..<count {
      now?[j] = stream.stream.probability(j)
      peak?[j] = stream.stream.peak(j)
    }
    return Status.ok
  }
}

@c @implementation
public func witan_probe_stream_rewind(_ stream: OpaquePointer?, _ tokens: UInt64) -> witan_status {
  alone(stream, ProbeStreamHandle.self) { (stream) throws(WitanError) in
    try stream.stream.rewind(Int(clamping: tokens))
    return Status.ok
  }
}

@c @implementation
public func witan_probe_stream_fork(
  _ stream: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  alone(stream, ProbeStreamHandle.self) { stream in
    open(copy) { ProbeStreamHandle(stream.probe, stream.stream.fork()) }
  }
}

@c @implementation
public func witan_probe_stream_reset(_ stream: OpaquePointer?) -> witan_status {
  alone(stream, ProbeStreamHandle.self) { stream in
    stream.stream.reset()
    return Status.ok
  }
}

@c @implementation
public func witan_probe_stream_free(_ stream: OpaquePointer?) -> witan_status {
  free(stream, ProbeStreamHandle.self)
}
