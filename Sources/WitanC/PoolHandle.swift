internal import CWitan
internal import Witan

/// A pool of streams, of a model or of a panel.
final class PoolHandle: Handled {
  static var kind: UInt32 { 5 }

  let pool: StreamPool

  init(_ pool: StreamPool) { self.pool = pool }

  func stream(_ number: UInt64) -> PoolStream { PoolStream(number: number, of: pool) }

  /// Writes a step of a stream, with the bytes that it lets out.
  func write(
    _ step: GuardStep, of stream: PoolStream, to out: UnsafeMutablePointer<witan_step>
  ) throws(WitanError) {
    step.write(to: out, isEnded: try pool.isEnded(stream))
    if step.emit > 0 { out.pointee.bytes = try pool.withEmittable(of: stream) { $0.baseAddress } }
  }
}
