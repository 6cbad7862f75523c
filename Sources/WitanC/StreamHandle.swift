internal import CWitan
internal import Witan

/// A guarded stream, of a model or of a panel.
final class StreamHandle: Handled {
  static var kind: UInt32 { 4 }

  let streamGuard: StreamGuard

  init(_ streamGuard: StreamGuard) { self.streamGuard = streamGuard }

  /// Writes a step, with the bytes that it lets out.
  @inline(__always)
  func write(_ step: GuardStep, to out: UnsafeMutablePointer<witan_step>) {
    step.write(to: out, isEnded: streamGuard.isEnded)
    if step.emit > 0 { out.pointee.bytes = streamGuard.withEmittable { $0.baseAddress } }
  }
}
