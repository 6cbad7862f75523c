#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Grades the hidden states of the model that generates, token by token.
///
/// A probe is read-only and may be used by many threads; each needs scratch of its own, and each stream a
/// `ProbeStream`. For a batch of streams call `score` once for their newest tokens, then `push` each row:
///
///     probe.score(batch: states, type: .bfloat16, count: n, stride: bytes, scratch: scratch, into: logits)
///     for i in 0..<n { streams[i].push(logits + i * probe.spec.labels.count) }
public struct ActivationProbe: Sendable {
  /// Tokens of one product, the missing ones zeros. A token's logits have the same bits alone and in any batch.
  static let block = 16
  /// Outputs of a layer are padded to a multiple of this, for the same reason.
  private static let lanes = 8
  /// Logits are multiples of 1 / `unit` of at most `limit`, so that windows are exact sums of integers.
  static let unit: Float = 65_536
  public static let limit: Float = 16_384

  public let spec: ProbeSpec
  /// What made the probe, by name.
  public let metadata: [String: String]
  package let weights: ProbeWeights
  private let layers: [Layer]

  /// Weights by inputs, so that a product reads both factors row by row.
  private struct Layer {
    let inputs: Int
    let outputs: Int  // padded
    let weights: [Float]  // [inputs x outputs]
    let bias: [Float]  // [outputs]

    init(_ rows: [Float], bias given: [Float]) {
      let count = given.count
      let outputs = (count + ActivationProbe.lanes - 1) / ActivationProbe.lanes * ActivationProbe.lanes
      let inputs = rows.count / count
      var weights = [Float](repeating: 0, count: inputs * outputs)
      for j in 0..<count { for i in 0..<inputs { weights[i * outputs + j] = rows[j * inputs + i] } }
      (self.inputs, self.outputs, self.weights) = (inputs, outputs, weights)
      bias = given + [Float](repeating: 0, count: outputs - count)
    }

    /// [x: block x inputs] -> [out: block x outputs]
    func apply(_ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
      // Not sgemm: OpenBLAS gives a row other last bits in another place of the block.
      weights.withUnsafeBufferPointer { weights in
        for row in 0..<ActivationProbe.block {
          let sums = out + row * outputs
          for j in 0..<outputs { sums[j] = bias[j] }
          for i in 0..<inputs {
            let value = x[row * inputs + i]
            let line = weights.baseAddress! + i * outputs
            for j in 0..<outputs { sums[j] += value * line[j] }
          }
        }
      }
    }
  }

  /// Opens the probe at `path`. Throws `io`, `format`, `unsupported` or `invalidValue`.
  public init(path: String) throws(WitanError) {
    let file = try MappedFile(path: path)
    do {
      try self.init(checking: file)
    } catch {
      throw WitanError(error.code, error.message, at: path + (error.place.isEmpty ? "" : ": " + error.place))
    }
  }

  /// Opens a probe that is in memory; nothing refers to `bytes` afterwards. Throws as `init(path:)`.
  public init(bytes: [UInt8]) throws(WitanError) { try self.init(checking: MappedFile(copying: bytes)) }

  private init(checking file: MappedFile) throws(WitanError) {
    let (spec, weights, metadata) = try withExtendedLifetime(file) { () throws(WitanError) in
      try ProbeFile.read(file.bytes)
    }
    self.init(spec: spec, weights: weights, metadata: metadata)
  }

  package init(spec: ProbeSpec, weights: ProbeWeights, metadata: [String: String] = [:]) {
    (self.spec, self.weights, self.metadata) = (spec, weights, metadata)
    let last = Layer(weights.output, bias: weights.bias)
    layers = spec.units == 0 ? [last] : [Layer(weights.hidden, bias: weights.hiddenBias), last]
  }

  /// The same probe with other smoothing; its calibration was fitted with the old one. Throws `invalidValue`.
  public func with(smoothing: ProbeSpec.Smoothing) throws(WitanError) -> ActivationProbe {
    ActivationProbe(spec: try spec.with(smoothing: smoothing), weights: weights, metadata: metadata)
  }

  /// A new stream. `rewindable`: by how many tokens it can be taken back.
  public func makeStream(rewindable: Int = 0) -> ProbeStream {
    ProbeStream(spec, slope: weights.slope, offset: weights.offset, rewindable: rewindable)
  }

  /// Floats of scratch that `score` needs, whatever the size of the batch.
  public var scratchCount: Int {
    Self.block * (spec.dimensions + layers.reduce(0) { $0 + $1.outputs })
  }

  /// Logits of `count` tokens, before smoothing and calibration: [count x dimensions] -> [out: count x labels].
  ///
  /// Row i begins at `batch` + i * `stride` bytes, of any alignment; `scratch` has `scratchCount` floats and
  /// belongs to the caller. Logits are multiples of 2^-16 of at most 16,384 in magnitude; what is not a number
  /// becomes the largest: a state that cannot be judged counts as flagged. No allocation.
  /// O(count * dimensions * (units or labels)).
  public func score(
    batch: UnsafeRawPointer, type: ActivationType, count: Int, stride: Int,
    scratch: UnsafeMutablePointer<Float>, into out: UnsafeMutablePointer<Float>
  ) {
    let (d, labels) = (spec.dimensions, spec.labels.count)
    for start in Swift.stride(from: 0, to: count, by: Self.block) {
      let rows = min(Self.block, count - start)
      let first = batch + start * stride
      if stride == d * type.byteCount {
        type.convert(first, count: rows * d, into: scratch)
      } else {
        for i in 0..<rows { type.convert(first + i * stride, count: d, into: scratch + i * d) }
      }
      if rows < Self.block {
        (scratch + rows * d).update(repeating: 0, count: (Self.block - rows) * d)
      }
      var z = scratch + Self.block * d
      layers[0].apply(scratch, into: z)
      if layers.count == 2 {
        let units = Self.block * layers[0].outputs
        for i in 0..<units { z[i] = z[i] > 0 ? z[i] : (z[i] <= 0 ? 0 : z[i]) }  // keeps NaN
        // The padded units are 0 and the next layer has no weights for them: leave them out.
        if layers[0].outputs != spec.units {
          for i in 1..<Self.block {
            for j in 0..<spec.units { z[i * spec.units + j] = z[i * layers[0].outputs + j] }
          }
        }
        layers[1].apply(z, into: z + units)
        z += units
      }
      for i in 0..<rows {
        for j in 0..<labels {
          out[(start + i) * labels + j] = Self.grid(z[i * layers[layers.count - 1].outputs + j])
        }
      }
    }
  }

  /// The nearest multiple of 2^-16 within the limit; the limit for NaN.
  static func grid(_ z: Float) -> Float {
    guard z < limit else { return limit }
    return z > -limit ? (z * unit).rounded() / unit : -limit
  }

  /// 1 / (1 + exp(-z)).
  package static func sigmoid(_ z: Float) -> Float { 1 / (1 + expf(-z)) }
  static func logarithm(_ x: Float) -> Float { logf(x) }
}

extension ActivationProbe {
  /// The probe as the bytes of its file.
  public var bytes: [UInt8] { ProbeFile.encode(spec: spec, weights: weights, metadata: metadata) }
}
