// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_pool_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<witan_guard_options>?, _ capacity: Int,
  _ pool: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  shared(model, ModelHandle.self) { model in
    open(pool) { () throws(WitanError) in
      let options = try GuardOptions(options, rewindTokens: 0)
      return PoolHandle(try StreamPool(model.classifier, options, capacity: capacity))
    }
  }
}

@c @implementation
public func witan_pool_open(_ pool: OpaquePointer?, _ stream: UnsafeMutablePointer<UInt64>?) -> witan_status {
  guard let stream else { return failNull("stream") }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    stream.pointee = try pool.pool.open().number
    return Status.ok
  }
}

@c @implementation
public func witan_pool_push(
  _ pool: OpaquePointer?, _ stream: UInt64, _ bytes: UnsafePointer<UInt8>?, _ length: Int
) -> witan_status {
  guard let text = Arguments.text(bytes, length) else { return Arguments.failText(bytes, length) }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    try pool.pool.push(text, to: pool.stream(stream))
    return Status.ok
  }
}

@c @implementation
public func witan_pool_push_batch(
  _ pool: OpaquePointer?, _ streams: UnsafePointer<UInt64>?, _ bytes: UnsafePointer<UInt8>?, _ length: Int,
  _ offsets: UnsafePointer<UInt64>?, _ count: Int, _ done: UnsafeMutablePointer<Int>?
) -> witan_status {
  done?.pointee = 0
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    let text: UnsafeBufferPointer<UInt8>
    let places: UnsafePointer<UInt64>
    do throws(Refusal) {
      try Arguments.checkCount(count, "count")
      if count == 0 { return Status.ok }
      text = try Arguments.demandText(bytes, length)
      places = try Arguments.checkOffsets(offsets, count: count, length: length)
    } catch { return error.status }
    guard let streams else { return failNull("streams") }
    for i in 0..<count {
      let chunk = UnsafeBufferPointer(rebasing: text[Int(places[i])..<Int(places[i + 1])])
      try pool.pool.push(chunk, to: pool.stream(streams[i]))
      done?.pointee = i + 1
    }
    return Status.ok
  }
}

@c @implementation
public func witan_pool_push_token(
  _ pool: OpaquePointer?, _ stream: UInt64, _ vocabulary: OpaquePointer?, _ token: Int64
) -> witan_status {
  shared(vocabulary, VocabularyHandle.self) { vocabulary in
    alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
      try pool.pool.push(token: Int(token), of: vocabulary.tokens, to: pool.stream(stream))
      return Status.ok
    }
  }
}

@c @implementation
public func witan_pool_step(
  _ pool: OpaquePointer?, _ entries: UnsafeMutablePointer<witan_pool_step_entry>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let count else { return failNull("count") }
  guard capacity >= 0, entries != nil || capacity == 0 else { return failNull("entries") }
  return alone(pool, PoolHandle.self) { pool in
    guard pool.pool.touchedCount <= capacity else {
      return failSpace("entries", capacity, pool.pool.touchedCount)
    }
    var told = 0
    pool.pool.step { stream, step in
      guard let entry = entries.map({ $0 + told }) else { return }
      entry.pointee.stream = stream.number
      step.write(to: &entry.pointee.step, isEnded: (try? pool.pool.isEnded(stream)) ?? true)
      if step.emit > 0 {
        entry.pointee.step.bytes = try? pool.pool.withEmittable(of: stream) { $0.baseAddress }
      }
      told += 1
    }
    count.pointee = told
    return Status.ok
  }
}

@c @implementation
public func witan_pool_memory(_ pool: OpaquePointer?, _ bytes: UnsafeMutablePointer<UInt64>?) -> witan_status
{
  guard let bytes else { return failNull("bytes") }
  return alone(pool, PoolHandle.self) { pool in
    bytes.pointee = UInt64(pool.pool.stateByteCount)
    return Status.ok
  }
}

@c @implementation
public func witan_pool_free(_ pool: OpaquePointer?) -> witan_status { free(pool, PoolHandle.self) }
