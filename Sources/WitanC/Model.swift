// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_model_open(
  _ context: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ pathLength: Int,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard let path = Arguments.string(path, pathLength) else { return Arguments.failPath() }
  return shared(context, ContextHandle.self) { context in
    open(model) { () throws(WitanError) in
      let file = try MappedFile(path: path)
      do throws(WitanError) {
        return try ModelHandle(file, context)
      } catch {
        throw WitanError(error.code, error.description, at: path)
      }
    }
  }
}

@c @implementation
public func witan_model_open_bytes(
  _ context: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  let start = bytes?.assumingMemoryBound(to: UInt8.self)
  guard let text = Arguments.text(start, length) else { return Arguments.failText(start, length) }
  return shared(context, ContextHandle.self) { context in
    open(model) { () throws(WitanError) in try ModelHandle(MappedFile(copying: Array(text)), context) }
  }
}

@c @implementation
public func witan_model_open_mapped(
  _ context: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int,
  _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?, _ user: UnsafeMutableRawPointer?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  let start = bytes?.assumingMemoryBound(to: UInt8.self)
  guard let text = Arguments.text(start, length) else { return Arguments.failText(start, length) }
  return shared(context, ContextHandle.self) { context in
    let storage = MappedFile(borrowing: UnsafeRawBufferPointer(text))
    let status = open(model) { () throws(WitanError) in try ModelHandle(storage, context) }
    if status == Status.ok, let release { storage.onRelease = { release(user) } }
    return status
  }
}

@c @implementation
public func witan_model_describe(
  _ model: OpaquePointer?, _ info: UnsafeMutablePointer<witan_model_info>?
) -> witan_status {
  guard let info else { return failNull("info") }
  let check = Arguments.checkStruct(
    info.pointee.struct_size, minimum: MemoryLayout<witan_model_info>.size, "witan_model_info")
  guard check == Status.ok else { return check }
  return shared(model, ModelHandle.self) { model in
    let spec = model.classifier.spec
    info.pointee.output_count = UInt32(model.outputs.count)
    info.pointee.any_output = spec.hasAny ? Int32(spec.labels.count) : -1
    info.pointee.is_complete = model.classifier.isComplete ? 1 : 0
    info.pointee.is_exclusive = spec.task == .singleLabel ? 1 : 0
    info.pointee.reserved = 0
    return Status.ok
  }
}

@c @implementation
public func witan_model_output(
  _ model: OpaquePointer?, _ index: UInt32, _ output: UnsafeMutablePointer<witan_output>?
) -> witan_status {
  guard let output else { return failNull("output") }
  let check = Arguments.checkStruct(
    output.pointee.struct_size, minimum: MemoryLayout<witan_output>.size, "witan_output")
  guard check == Status.ok else { return check }
  return shared(model, ModelHandle.self) { model in
    guard index < model.outputs.count else {
      return fail(Status.argument, "there is no output \(index); the model has \(model.outputs.count)")
    }
    let (id, title, label) = model.outputs[Int(index)]
    label.write(id, title, to: output)
    return Status.ok
  }
}

@c @implementation
public func witan_model_metadata(
  _ model: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ keyLength: Int,
  _ value: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> witan_status {
  guard let value else { return failNull("value") }
  guard let key = Arguments.string(key, keyLength) else {
    return fail(Status.argument, "the key is NULL, longer than 4096 bytes, or has a NUL inside")
  }
  return shared(model, ModelHandle.self) { model in
    value.pointee = model.metadata(key)
    return Status.ok
  }
}

@c @implementation
public func witan_model_explain(
  _ model: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ output: UInt32,
  _ contributions: UnsafeMutablePointer<witan_contribution>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let count else { return failNull("count") }
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  guard capacity >= 0, contributions != nil || capacity == 0 else { return failNull("contributions") }
  return shared(model, ModelHandle.self) { (model) throws(WitanError) in
    guard output < model.outputs.count else {
      return fail(Status.argument, "there is no output \(output); the model has \(model.outputs.count)")
    }
    let words = try model.classifier.explain(text, output: Int(output))
    count.pointee = words.count
    for (i, word) in words.prefix(capacity).enumerated() {
      contributions![i] = witan_contribution(
        start: UInt64(word.bytes.lowerBound), end: UInt64(word.bytes.upperBound), value: word.value,
        reserved: 0)
    }
    return words.count <= capacity ? Status.ok : failSpace("contributions", capacity, words.count)
  }
}

@c @implementation
public func witan_model_free(_ model: OpaquePointer?) -> witan_status { free(model, ModelHandle.self) }
