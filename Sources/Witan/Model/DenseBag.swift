internal import CKernels

/// The second bag of a stream: word pieces to rows of the shared table, summed exactly as the first.
struct DenseBag {
  private let embeddings: StaticEmbeddings
  let sums: UnsafeMutablePointer<Int32>  // [dimensions]; owned by the stream
  /// Rows added; at most `ModelSpec.maximumFeatures`, so sums cannot overflow.
  private(set) var count = 0
  /// Last, since its own end, the rest of the open word, is seldom touched.
  private(set) var tokenizer: WordPieceTokenizer

  init(_ embeddings: StaticEmbeddings) {
    let sums = UnsafeMutablePointer<Int32>.allocate(capacity: embeddings.dimensions)
    sums.initialize(repeating: 0, count: embeddings.dimensions)
    self.init(embeddings, sums: sums)
  }

  /// Adds rows of the table to `sums`, which are 0 at first. [dimensions]
  init(_ embeddings: StaticEmbeddings, sums: UnsafeMutablePointer<Int32>) {
    (self.embeddings, self.sums) = (embeddings, sums)
    tokenizer = WordPieceTokenizer(embeddings.vocabulary)
  }

  mutating func push(_ bytes: UnsafeBufferPointer<UInt8>, _ workspace: WordPieceTokenizer.Workspace) {
    tokenizer.push(bytes, workspace) { count += Self.add($0, embeddings, to: sums, after: count) }
  }

  /// Whether no word is open, nor a character.
  var isBetweenWords: Bool { tokenizer.isBetweenWords }

  /// Lets `body` cut words itself and add the rows of their pieces; only between words, and it must end
  /// there. Returns what `body` returns.
  @inline(__always)
  mutating func pushWords(_ body: (_ sums: UnsafeMutablePointer<Int32>, _ count: inout Int) -> Int) -> Int {
    body(sums, &count)
  }

  mutating func finish(_ workspace: WordPieceTokenizer.Workspace) {
    tokenizer.finish(workspace) { count += Self.add($0, embeddings, to: sums, after: count) }
  }

  /// The sums as if the text ended here, in `reading` [dimensions] when a word is open. Changes nothing, but is
  /// mutating: else each call would copy the bag.
  mutating func read(
    _ workspace: WordPieceTokenizer.Workspace, into reading: UnsafeMutablePointer<Int32>
  ) -> UnsafePointer<Int32> {
    let pending = tokenizer.pending(workspace)
    guard !pending.isEmpty else { return UnsafePointer(sums) }
    reading.update(from: sums, count: embeddings.dimensions)
    _ = Self.add(pending, embeddings, to: reading, after: count)
    return UnsafePointer(reading)
  }

  mutating func reset() {
    sums.update(repeating: 0, count: embeddings.dimensions)
    tokenizer = WordPieceTokenizer(embeddings.vocabulary)
    count = 0
  }

  mutating func copy(_ other: DenseBag) {
    sums.update(from: other.sums, count: embeddings.dimensions)
    (tokenizer, count) = (other.tokenizer, other.count)
  }

  mutating func restore(_ tokenizer: WordPieceTokenizer, count: Int) {
    (self.tokenizer, self.count) = (tokenizer, count)
  }

  /// Adds the rows of those ids that have one; returns how many.
  private static func add(
    _ ids: UnsafeBufferPointer<UInt32>, _ embeddings: StaticEmbeddings,
    to sums: UnsafeMutablePointer<Int32>, after count: Int
  ) -> Int {
    guard count + ids.count <= ModelSpec.maximumFeatures else { return 0 }
    // In runs of ids that have a row; most texts are one run.
    var (start, added) = (0, 0)
    for i in 0...ids.count where i == ids.count || ids[i] >= UInt32(embeddings.rowCount) {
      if i > start {
        witan_rows_add(sums, embeddings.table, embeddings.dimensions, ids.baseAddress! + start, i - start)
        added += i - start
      }
      start = i + 1
    }
    return added
  }
}
