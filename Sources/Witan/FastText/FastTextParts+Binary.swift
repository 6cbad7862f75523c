extension FastTextParts {
  /// The first four bytes of every file that fastText writes, as a little-endian number.
  static let magic = 793_712_314
  /// The newest version of the format; fastText itself reads all up to it.
  static let newestVersion = 12

  /// Reads what `fasttext supervised` (.bin) and `fasttext quantize` (.ftz) write. `bytes` must
  /// outlive this value. O(dictionary); matrices are only measured.
  ///
  /// Throws `format` naming the field, `unsupported` for models that are no classifiers.
  init(binary bytes: UnsafeRawBufferPointer) throws(WitanError) {
    var cursor = ByteCursor(bytes)
    guard try cursor.int32("magic") == Self.magic else {
      throw WitanError(.format, "is not that of a fastText model", at: "magic")
    }
    let version = try cursor.int32("version")
    guard 1...Self.newestVersion ~= version else {
      throw WitanError(
        .unsupported, "is \(version); this program reads fastText's versions up to 12", at: "version")
    }
    let arguments = try Self.arguments(&cursor, version: version)
    let (dictionary, pruned) = try Self.dictionary(&cursor)
    let isQuantized = try cursor.flag("quant_input")
    let input = try Self.matrix(
      &cursor, dimension: arguments.dimension, isQuantized: isQuantized, "input")
    guard isQuantized || pruned == nil else {
      throw WitanError(
        .unsupported,
        "a pruned dictionary goes with a quantised matrix only; the file is of a faulty old release, quantize it again",
        at: "dictionary.pruneidx_size")
    }
    let isOutputQuantized = try cursor.flag("qout")
    let output = try Self.matrix(
      &cursor, dimension: arguments.dimension, isQuantized: isQuantized && isOutputQuantized, "output")
    guard cursor.rest == 0 else {
      throw WitanError(.format, "\(cursor.rest) bytes follow the output matrix; the file is damaged")
    }
    try self.init(
      arguments: arguments, dictionary: dictionary, pruned: pruned, input: input, output: output)
  }

  private static func arguments(
    _ cursor: inout ByteCursor, version: Int
  ) throws(WitanError) -> FastTextArguments {
    let dimension = try cursor.int32("dim")
    for unused in ["ws", "epoch", "minCount", "neg"] { _ = try cursor.int32(unused) }
    let wordNgrams = try cursor.int32("wordNgrams")
    let losses: [FastTextLoss] = [.hierarchicalSoftmax, .negativeSampling, .softmax, .oneVersusAll]
    let lossNumber = try cursor.int32("loss")
    let model = try cursor.int32("model")
    guard model == 3 else {
      let kinds = [1: "a cbow", 2: "a skipgram"]
      throw WitanError(
        .unsupported,
        kinds[model].map {
          "is \($0) model: word vectors without labels. Train a classifier with 'fasttext supervised'"
        } ?? "is \(model), which is no kind of model that fastText writes", at: "model")
    }
    guard losses.indices ~= lossNumber - 1 else {
      throw WitanError(.unsupported, "is \(lossNumber), not one of hs, ns, softmax, ova", at: "loss")
    }
    let buckets = try cursor.int32("bucket")
    let shortest = try cursor.int32("minn")
    let longest = try cursor.int32("maxn")
    _ = try cursor.int32("lrUpdateRate")
    _ = try cursor.take(8, "t")
    let arguments = FastTextArguments(
      dimension: dimension, loss: losses[lossNumber - 1], wordNgrams: wordNgrams, buckets: buckets,
      shortestSubword: shortest,
      longestSubword: version == 11 ? 0 : longest)  // classifiers of version 11 had no subwords
    try arguments.check()
    return arguments
  }

  private static func dictionary(
    _ cursor: inout ByteCursor
  ) throws(WitanError) -> (FastTextDictionary, pruned: [Int32: Int32]?) {
    let size = try cursor.int32("dictionary.size")
    let words = try cursor.int32("dictionary.nwords")
    let labels = try cursor.int32("dictionary.nlabels")
    _ = try cursor.int64("dictionary.ntokens")
    let prunedCount = try cursor.int64("dictionary.pruneidx_size")
    guard words >= 0, labels >= 0, size == words + labels else {
      throw WitanError(
        .format, "is \(size), but there are \(words) words and \(labels) labels", at: "dictionary.size")
    }
    // The shortest entry is a zero byte, its count and its type.
    guard size <= cursor.rest / 10 else {
      throw WitanError(
        .format, "is \(size), but only \(cursor.rest) bytes follow; the file is cut off or damaged",
        at: "dictionary.size")
    }
    var entries: [UnsafeRawBufferPointer] = []
    entries.reserveCapacity(size)
    var labelCounts: [Int] = []
    for i in 0..<size {
      entries.append(try cursor.text("dictionary.words[\(i)]"))
      let count = try cursor.int64("dictionary.words[\(i)].count")
      let type = try cursor.byte("dictionary.words[\(i)].type")
      guard type == (i < words ? 0 : 1) else {
        throw WitanError(
          .format, "is \(type), but words come first (0), then labels (1)",
          at: "dictionary.words[\(i)].type")
      }
      if i >= words { labelCounts.append(count) }
    }
    let dictionary = try FastTextDictionary(entries: entries, labelCounts: labelCounts)
    guard prunedCount >= 0 else { return (dictionary, nil) }
    let raw = try cursor.take(prunedCount, by: 2, size: 4, "dictionary.pruneidx")
    return (dictionary, Self.pruned(raw))
  }

  /// Pairs of a bucket and its row. [n x 2]
  static func pruned(_ raw: UnsafeRawBufferPointer) -> [Int32: Int32] {
    var out: [Int32: Int32] = [:]
    out.reserveCapacity(raw.count / 8)
    for at in stride(from: 0, to: raw.count, by: 8) {
      let bucket = Int32(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: Int32.self))
      out[bucket] = Int32(littleEndian: raw.loadUnaligned(fromByteOffset: at + 4, as: Int32.self))
    }
    return out
  }

  private static func matrix(
    _ cursor: inout ByteCursor, dimension: Int, isQuantized: Bool, _ name: String
  ) throws(WitanError) -> FastTextMatrix {
    guard !isQuantized else {
      return .quantized(try ProductQuantizer(&cursor, dimension: dimension, name))
    }
    let rows = try cursor.int64("\(name).rows")
    let columns = try cursor.int64("\(name).columns")
    guard columns == dimension else {
      throw WitanError(.format, "is \(columns), but dim is \(dimension)", at: "\(name).columns")
    }
    let data = try cursor.take(rows, by: columns, size: 4, "\(name).data")
    guard let base = data.baseAddress else { throw WitanError(.format, "is empty", at: "\(name).data") }
    return .floats(base, rows: rows)
  }
}
