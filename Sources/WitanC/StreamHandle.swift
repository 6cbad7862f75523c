internal import CWitan
internal import Witan

/// A guarded stream, with the names of its model's outputs.
final class StreamHandle: Handled {
  static var kind: UInt32 { 4 }

  let model: ModelHandle
  let streamGuard: StreamGuard

  init(_ model: ModelHandle, _ streamGuard: StreamGuard) {
    self.model = model
    self.streamGuard = streamGuard
  }

  /// Writes a step, with the bytes that it lets out.
  @inline(__always)
  func write(_ step: GuardStep, to out: UnsafeMutablePointer<witan_step>) {
    step.write(to: out, isEnded: streamGuard.isEnded)
    if step.emit > 0 { out.pointee.bytes = streamGuard.withEmittable { $0.baseAddress } }
  }
}
