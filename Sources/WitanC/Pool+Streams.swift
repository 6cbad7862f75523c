// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

// What is asked of one stream of a pool.

@c @implementation
public func witan_pool_finish(
  _ pool: OpaquePointer?, _ stream: UInt64, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    let stream = pool.stream(stream)
    try pool.write(try pool.pool.finish(stream), of: stream, to: step)
    return Status.ok
  }
}

@c @implementation
public func witan_pool_resolve(
  _ pool: OpaquePointer?, _ stream: UInt64, _ answer: witan_answer, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  guard let answer = GuardAnswer(number: answer) else { return failAnswer(answer) }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    let stream = pool.stream(stream)
    try pool.write(try pool.pool.resolve(answer, stream), of: stream, to: step)
    return Status.ok
  }
}

@c @implementation
public func witan_pool_cancel(
  _ pool: OpaquePointer?, _ stream: UInt64, _ step: UnsafeMutablePointer<witan_step>?
) -> witan_status {
  guard let step else { return failNull("step") }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    let stream = pool.stream(stream)
    try pool.write(try pool.pool.cancel(stream), of: stream, to: step)
    return Status.ok
  }
}

@c @implementation
public func witan_pool_reason(
  _ pool: OpaquePointer?, _ stream: UInt64, _ reason: UnsafeMutablePointer<witan_reason>?
) -> witan_status {
  let check = witan_reason.check(reason)
  guard check == Status.ok, let reason else { return check }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    let verdict = try pool.pool.verdict(of: pool.stream(stream))
    witan_reason.write(verdict.reason, isOn: true, to: reason)
    return Status.ok
  }
}

@c @implementation
public func witan_pool_next_event(
  _ pool: OpaquePointer?, _ stream: UInt64, _ event: UnsafeMutablePointer<witan_reason>?
) -> witan_status {
  let check = witan_reason.check(event)
  guard check == Status.ok, let event else { return check }
  return alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    let next = try pool.pool.nextEvent(of: pool.stream(stream))
    witan_reason.write(next?.reason, isOn: next?.kind == .on, to: event)
    if let next { event.pointee.byte = UInt64(next.byte) }
    return Status.ok
  }
}

@c @implementation
public func witan_pool_close(_ pool: OpaquePointer?, _ stream: UInt64) -> witan_status {
  alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
    try pool.pool.close(pool.stream(stream))
    return Status.ok
  }
}
