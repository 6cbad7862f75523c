/// What a stream of chunks may consist of.
public protocol GuardedChunk {
  func push(to streamGuard: StreamGuard) -> GuardStep
}

extension String: GuardedChunk {
  public func push(to streamGuard: StreamGuard) -> GuardStep { streamGuard.push(self) }
}

extension Substring: GuardedChunk {
  public func push(to streamGuard: StreamGuard) -> GuardStep { streamGuard.push(String(self)) }
}

/// Bytes may be cut anywhere, also inside a character.
extension [UInt8]: GuardedChunk {
  public func push(to streamGuard: StreamGuard) -> GuardStep { streamGuard.push(self) }
}
