/// A fastText model made into one safetensors file that `FastTextModel` reads.
public struct FastTextConversion: Sendable {
  /// The file.
  public let bytes: [UInt8]
  /// Rows of the source: words and buckets.
  public let rowCount: Int
  /// Rows of zeros that are not in the file.
  public let droppedRows: Int

  /// Stores the input rows as int8 with a scale each (the largest magnitude is 127 steps), or as
  /// float32 when `keepingFloats`. O(rows x dimension); holds the file in memory.
  ///
  /// Throws `invalidValue` when a weight is not finite.
  public init(_ model: FastTextModel, keepingFloats: Bool = false) throws(WitanError) {
    let parts = model.parts
    let (dimension, count) = (parts.arguments.dimension, parts.input.rowCount)
    var rows: [UInt8] = []
    var (scales, places, output): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    rows.reserveCapacity(count * dimension * (keepingFloats ? 4 : 1))
    var stored = 0
    for i in 0..<count {
      let row = parts.input.row(i, dimension: dimension)
      let largest = row.reduce(Float(0)) { max($0, $1.magnitude) }
      guard row.allSatisfy(\.isFinite) else {
        throw WitanError(.invalidValue, "row \(i) holds a value that is not finite", at: "input")
      }
      if keepingFloats {
        for x in row { rows.append(littleEndian: x.bitPattern) }
      } else if largest > 0 {
        // Denormal rows would have a scale of 0; the least scale leaves their steps at 0.
        let scale = max(largest / 127, .leastNormalMagnitude)
        for x in row { rows.append(UInt8(bitPattern: Int8((x / scale).rounded()))) }
        scales.append(littleEndian: scale.bitPattern)
      }
      let isDropped = !keepingFloats && largest == 0
      places.append(littleEndian: isDropped ? UInt32.max : UInt32(stored))
      stored += isDropped ? 0 : 1
    }
    guard stored > 0 else { throw WitanError(.invalidValue, "holds zeros only", at: "input") }
    let labels = parts.dictionary.labelCounts.count
    for i in 0..<labels {
      for x in parts.output.row(i, dimension: dimension) {
        guard x.isFinite else {
          throw WitanError(.invalidValue, "row \(i) holds a value that is not finite", at: "output")
        }
        output.append(littleEndian: x.bitPattern)
      }
    }
    var tensors: [(name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])] = [
      ("rows", keepingFloats ? .f32 : .i8, [stored, dimension], rows),
      ("output", .f32, [labels, dimension], output),
    ]
    if !keepingFloats { tensors.append(("scale", .f32, [stored], scales)) }
    if stored < count { tensors.append(("places", .i32, [count], places)) }
    if let pruned = parts.pruned {
      var pairs: [UInt8] = []
      for (bucket, row) in pruned.sorted(by: { $0.key < $1.key }) {
        pairs.append(littleEndian: UInt32(bitPattern: bucket))
        pairs.append(littleEndian: UInt32(bitPattern: row))
      }
      tensors.append(("pruned", .i32, [pruned.count, 2], pairs))
    }
    var dictionary: [UInt8] = []
    for entry in parts.dictionary.all {
      dictionary.append(contentsOf: entry)
      dictionary.append(0)
    }
    tensors.append(("dictionary", .u8, [dictionary.count], dictionary))
    var arguments = parts.arguments.json.object ?? [:]
    arguments["label_counts"] = .array(parts.dictionary.labelCounts.map { JSON($0) })
    bytes = Safetensors.encode(
      metadata: [
        "witan.format": FastTextParts.convertedFormat,
        "witan.arguments": JSON.object(arguments).text(),
        "witan.labels": JSON(model.labels.map(\.id)).text(),
      ], tensors: tensors)
    rowCount = count
    droppedRows = count - stored
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian word: UInt32) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }
}
