/// Writes files as fastText does, field by field, so that tests can make any of them wrong.
struct FastTextFile {
  enum Matrix {
    case floats([[Float]])
    /// Rows of two numbers in parts of one: each row names a centroid for each, and a length.
    case quantized(codes: [[UInt8]], hasLengths: Bool)
  }

  var magic: Int32 = 793_712_314
  var version: Int32 = 12
  var dim: Int32 = 2
  var wordNgrams: Int32 = 1
  var loss: Int32 = 3  // softmax
  var model: Int32 = 3  // supervised
  var bucket: Int32 = 0
  var minn: Int32 = 0
  var maxn: Int32 = 0
  var size: Int32?
  var words: [[UInt8]] = ["</s>", "red", "blue"].map { Array($0.utf8) }
  var labels: [[UInt8]] = ["__label__warm", "__label__cold"].map { Array($0.utf8) }
  var counts: [Int64] = [3, 2]
  var labelType: UInt8 = 1
  var pruned: [(Int32, Int32)]?
  var input: Matrix = .floats([[0, 0], [4, 0], [0, 4]])
  var output: Matrix = .floats([[1, 0], [0, 1]])
  var tail: [UInt8] = []

  /// Centroid i of every part is (i - 128) / 16, of the lengths i / 128.
  static func centroid(_ code: UInt8) -> Float { (Float(code) - 128) / 16 }
  static func length(_ code: UInt8) -> Float { Float(code) / 128 }

  var bytes: [UInt8] {
    var out: [UInt8] = []
    func put(_ x: some FixedWidthInteger) { withUnsafeBytes(of: x.littleEndian) { out += $0 } }
    func put(_ x: Float) { put(x.bitPattern) }
    for field in [magic, version, dim, 5, 5, 1, 5, wordNgrams, loss, model, bucket, minn, maxn, 100] {
      put(field)
    }
    put(UInt64(0))  // t
    put(size ?? Int32(words.count + labels.count))
    put(Int32(words.count))
    put(Int32(labels.count))
    put(Int64(10))
    put(Int64(pruned?.count ?? -1))
    for word in words {
      out += word + [0]
      put(Int64(1))
      put(UInt8(0))
    }
    for (label, count) in zip(labels, counts) {
      out += label + [0]
      put(count)
      put(labelType)
    }
    for (bucket, row) in pruned ?? [] {
      put(bucket)
      put(row)
    }
    func put(_ matrix: Matrix) {
      switch matrix {
      case .floats(let rows):
        put(UInt8(0))
        put(Int64(rows.count))
        put(Int64(rows.first?.count ?? Int(dim)))
        for x in rows.flatMap({ $0 }) { put(x) }
      case .quantized(let codes, let hasLengths):
        put(UInt8(1))
        put(UInt8(hasLengths ? 1 : 0))
        put(Int64(codes.count))
        put(Int64(2))
        put(Int32(codes.count * 2))
        out += codes.flatMap { $0.prefix(2) }
        for field: Int32 in [2, 2, 1, 1] { put(field) }
        for _ in 0..<2 { for i: UInt8 in 0...255 { put(Self.centroid(i)) } }
        guard hasLengths else { return }
        out += codes.map { $0[2] }
        for field: Int32 in [1, 1, 1, 1] { put(field) }
        for i: UInt8 in 0...255 { put(Self.length(i)) }
      }
    }
    put(input)
    put(output)
    return out + tail
  }
}
