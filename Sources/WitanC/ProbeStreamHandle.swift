internal import Witan

/// A stream of hidden states, with the scratch that grading them needs.
final class ProbeStreamHandle: Handled {
  static var kind: UInt32 { 8 }

  /// Tokens that are graded together.
  private static let block = 16

  let probe: ProbeHandle
  var stream: ProbeStream
  private let scratch: UnsafeMutablePointer<Float>
  private let logits: UnsafeMutablePointer<Float>  // [block x labels]

  init(_ probe: ProbeHandle, _ stream: ProbeStream) {
    self.probe = probe
    self.stream = stream
    let (needed, count) = (probe.probe.scratchCount, Self.block * probe.outputs.count)
    scratch = .allocate(capacity: needed)
    scratch.initialize(repeating: 0, count: needed)
    logits = .allocate(capacity: count)
    logits.initialize(repeating: 0, count: count)
  }

  deinit {
    scratch.deallocate()
    logits.deallocate()
  }

  /// Takes the states of `count` tokens. [values: count x dimensions] No allocation.
  func push(_ values: UnsafeRawPointer, _ type: ActivationType, count: Int) {
    let size = probe.probe.spec.dimensions * type.byteCount
    for start in Swift.stride(from: 0, to: count, by: Self.block) {
      let n = min(Self.block, count - start)
      probe.probe.score(
        batch: values + start * size, type: type, count: n, stride: size, scratch: scratch, into: logits)
      for i in 0..<n { stream.push(logits + i * probe.outputs.count) }
    }
  }
}
