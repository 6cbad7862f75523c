internal import CKernels

/// A compiled classifier: immutable, safe to share between threads, scored through streams.
///
/// Loading maps the file: the table is neither copied nor decoded, and processes share its pages.
public final class Classifier: @unchecked Sendable {  // immutable after init
  public let spec: ModelSpec
  /// Everything that the file says of its making: constitution, digests, seed, metrics.
  public let metadata: [String: String]

  private let storage: MappedFile
  private let unpooled: [Int]
  let table: UnsafePointer<Int8>  // [buckets x width]
  let slope: [Float]  // [lanes] scale * calibration slope, 0 past width
  let offset: [Float]  // [lanes] bias and calibration offset, 0 past width

  /// Maps the model at `path`.
  ///
  /// Throws `io` when the file cannot be read, `format`, `unsupported` or `invalidValue` when it is
  /// no model that this version reads; the error names the field. O(header).
  public convenience init(path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(storage: file)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Reads a model from bytes in memory; they are copied. Throws as `init(path:)`.
  public convenience init(bytes: [UInt8]) throws(WitanError) {
    try self.init(storage: MappedFile(copying: bytes))
  }

  private init(storage: MappedFile) throws(WitanError) {
    let file = try ModelFile(storage.bytes)
    self.storage = storage
    spec = file.spec
    metadata = file.metadata
    table = file.table
    unpooled = file.spec.unpooled
    let padding = [Float](repeating: 0, count: spec.lanes - spec.width)
    slope = zip(file.scale, file.calibrationSlope).map { $0 * $1 } + padding
    offset =
      (0..<spec.width).map { file.bias[$0] * file.calibrationSlope[$0] + file.calibrationOffset[$0] }
      + padding
  }

  /// A new stream: the incremental scorer of one text.
  public func makeStream() -> ScoringStream { ScoringStream(self) }

  /// Scores a whole text: one push and finish. O(bytes). For many texts, reset one stream instead.
  public func score(_ text: String) -> Scores {
    let stream = makeStream()
    stream.push(text)
    stream.finish()
    return stream.scores
  }

  /// Probabilities from sums: the last step of the way. [sums: lanes] -> [out: outputs]
  func probabilities(
    _ sums: UnsafePointer<Int32>, count: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let root = 1 / Float(max(1, count)).squareRoot()
    slope.withUnsafeBufferPointer { slope in
      offset.withUnsafeBufferPointer { offset in
        for j in 0..<spec.width { out[j] = Float(sums[j]) * (slope[j] * root) + offset[j] }
      }
    }
    if spec.isBinary {
      witan_sigmoid(out, out + 1, 1)
      out[0] = 1 - out[1]
    } else if spec.task == .singleLabel {
      softmax(out, spec.width)
    } else {
      witan_sigmoid(out, out, spec.width)
      if spec.hasAny {
        let any = spec.width - 1
        for j in unpooled { out[any] = max(out[any], out[j]) }
      }
    }
  }
}
