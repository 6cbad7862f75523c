internal import Crypto
internal import Foundation
public import Witan

/// Hidden states of sequences of tokens, with labels: what a probe is trained and measured on.
///
/// Files are mapped, not read: states are converted when they are used.
public struct ActivationSet: Sendable {
  /// Length of a hidden state.
  public let dimensions: Int
  public let type: ActivationType
  /// Where each sequence begins, and where the last one ends, in tokens. [sequences + 1]
  public let offsets: [Int]
  /// The labels' names. [labels]
  public let labels: [String]
  /// Whether labels are those of tokens; else of sequences.
  public let isPerToken: Bool
  /// In [0, 1]. [tokens or sequences x labels]
  let targets: [Float]
  private let states: Range<Int>  // bytes of the file
  private let files: [MappedFile]

  /// Sequences.
  public var count: Int { offsets.count - 1 }
  public var tokens: Int { offsets[count] }

  /// Opens a safetensors file with `activations` [tokens x dimensions], `offsets` [sequences + 1] and `labels`
  /// [tokens or sequences x labels]; or a .npy file of activations, with one of each other in a file of its own.
  ///
  /// Names of labels: `names`, else the metadata field `labels` (a JSON list), else label-0, label-1 and so on.
  /// Throws `io`, `format`, `unsupported` or `data`, naming file and field.
  public init(
    path: String, offsets offsetsPath: String? = nil, labels labelsPath: String? = nil, names: [String]? = nil
  ) throws(WitanError) {
    let file = try MappedFile(path: path)
    var files = [file]
    typealias Tensor = (type: Safetensors.ElementType, shape: [Int], bytes: UnsafeRawBufferPointer)
    func array(_ path: String) throws(WitanError) -> Tensor {
      let file = try MappedFile(path: path)
      files.append(file)
      let array = try Self.placed(path) { () throws(WitanError) in try NumpyArray(file.bytes) }
      return (array.type, array.shape, array.bytes)
    }
    var found: [String: Tensor] = [:]
    var named: [String]?
    if NumpyArray.isNumpy(file.bytes) {
      let own = try Self.placed(path) { () throws(WitanError) in try NumpyArray(file.bytes) }
      found["activations"] = (own.type, own.shape, own.bytes)
      guard let offsetsPath, let labelsPath else {
        throw WitanError(.data, "is a .npy file; give offsets and labels too, each as .npy", at: path)
      }
      found["offsets"] = try array(offsetsPath)
      found["labels"] = try array(labelsPath)
    } else {
      guard offsetsPath == nil, labelsPath == nil else {
        throw WitanError(.data, "is no .npy file; offsets and labels are tensors inside it", at: path)
      }
      let tensors = try Self.placed(path) { () throws(WitanError) in try Safetensors(file.bytes) }
      for (name, t) in tensors.tensors { found[name] = (t.type, t.shape, t.bytes) }
      if let list = tensors.metadata["labels"] {
        let items = (try? JSON(parsing: list))?.array?.map(\.string)
        guard let items, items.allSatisfy({ $0 != nil }) else {
          throw WitanError(.format, "is not a JSON list of names", at: "\(path): __metadata__.labels")
        }
        named = items.compactMap { $0 }
      }
    }
    try self.init(found, file: file, files: files, names: names ?? named, path: path)
  }

  private init(
    _ found: [String: (type: Safetensors.ElementType, shape: [Int], bytes: UnsafeRawBufferPointer)],
    file: MappedFile, files: [MappedFile], names: [String]?, path: String
  ) throws(WitanError) {
    func fail(_ message: String, _ field: String) -> WitanError {
      WitanError(.data, message, at: "\(path): \(field)")
    }
    func tensor(
      _ name: String
    ) throws(WitanError) -> (type: Safetensors.ElementType, shape: [Int], bytes: UnsafeRawBufferPointer) {
      guard let tensor = found[name] else { throw fail("is missing", name) }
      return tensor
    }
    let states = try tensor("activations")
    switch states.type {
    case .f32: type = .float32
    case .f16: type = .float16
    case .bf16: type = .bfloat16
    default: throw fail("are \(states.type.rawValue), not F32, F16 or BF16", "activations")
    }
    guard states.shape.count == 2, states.shape[0] > 0, 1...ProbeSpec.maximumDimensions ~= states.shape[1]
    else {
      throw fail(
        "are \(states.shape), not [tokens, dimensions] with 1 to \(ProbeSpec.maximumDimensions) dimensions",
        "activations")
    }
    dimensions = states.shape[1]
    let tokens = states.shape[0]

    let bounds = try tensor("offsets")
    guard bounds.shape.count == 1, bounds.shape[0] >= 2, bounds.type == .i64 || bounds.type == .i32 else {
      throw fail("are \(bounds.type.rawValue) \(bounds.shape), not I64 [sequences + 1]", "offsets")
    }
    let offsets = (0..<bounds.shape[0]).map { i in
      bounds.type == .i64
        ? Int(Int64(littleEndian: bounds.bytes.loadUnaligned(fromByteOffset: 8 * i, as: Int64.self)))
        : Int(Int32(littleEndian: bounds.bytes.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self)))
    }
    let sequences = offsets.count - 1
    guard offsets[0] == 0, offsets[sequences] == tokens else {
      throw fail("run from \(offsets[0]) to \(offsets[sequences]), not from 0 to \(tokens)", "offsets")
    }
    if let i = (0..<sequences).first(where: { offsets[$0] >= offsets[$0 + 1] }) {
      throw fail("do not rise: sequence \(i) has no tokens", "offsets")
    }
    self.offsets = offsets

    let targets = try tensor("labels")
    let rows = targets.shape.first ?? 0
    let columns = targets.shape.count == 1 ? 1 : targets.shape.last ?? 0
    guard 1...2 ~= targets.shape.count, rows == sequences || rows == tokens,
      1...ProbeSpec.maximumLabels ~= columns
    else {
      throw fail(
        "are \(targets.shape), not [sequences, labels] = [\(sequences), 1...\(ProbeSpec.maximumLabels)] "
          + "or [tokens, labels] = [\(tokens), ...]", "labels")
    }
    isPerToken = rows != sequences
    let raw = Safetensors.Tensor(type: targets.type, shape: targets.shape, bytes: targets.bytes)
    let values = try Self.placed(path) { () throws(WitanError) in try raw.numbers("labels") }
    guard values.allSatisfy({ 0...1 ~= $0 }) else { throw fail("hold a value outside 0...1", "labels") }
    let given = names ?? (0..<columns).map { "label-\($0)" }
    guard given.count == columns else {
      throw fail("have \(columns) columns, but \(given.count) names", "labels")
    }
    labels = given
    self.targets = values.map { Float($0) }
    let start = UnsafeRawPointer(states.bytes.baseAddress!) - file.bytes.baseAddress!
    self.states = start..<start + states.bytes.count
    self.files = files
  }

  /// Runs `body`; its errors name the file.
  private static func placed<T>(
    _ path: String, _ body: () throws(WitanError) -> T
  ) throws(WitanError) -> T {
    do {
      return try body()
    } catch {
      throw WitanError(error.code, error.message, at: path + (error.place.isEmpty ? "" : ": " + error.place))
    }
  }

  /// The stored states of the tokens in `range`. [range x dimensions]
  package func withStates<T, E: Error>(_ range: Range<Int>, _ body: (UnsafeRawPointer) throws(E) -> T)
    throws(E)
    -> T
  {
    try withExtendedLifetime(files) { () throws(E) in
      try body(
        files[0].bytes.baseAddress! + states.lowerBound + range.lowerBound * dimensions * type.byteCount)
    }
  }

  /// The tokens of a sequence.
  package func range(_ sequence: Int) -> Range<Int> { offsets[sequence]..<offsets[sequence + 1] }

  /// The label of a sequence; of token labels the largest.
  func target(_ sequence: Int, _ label: Int) -> Float {
    guard isPerToken else { return targets[sequence * labels.count + label] }
    return range(sequence).reduce(0) { max($0, targets[$1 * labels.count + label]) }
  }

  /// SHA-256 of states, offsets and labels.
  package var digest: String {
    var hash = SHA256()
    hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: files[0].bytes[states]))
    for offset in offsets {
      withUnsafeBytes(of: UInt64(offset).littleEndian) { hash.update(bufferPointer: $0) }
    }
    for t in targets { withUnsafeBytes(of: t.bitPattern.littleEndian) { hash.update(bufferPointer: $0) } }
    return "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
  }
}
