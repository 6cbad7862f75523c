/// Scores many whole texts by all members of a panel: sums of one text after another, with memos of the words met
/// before, then all heads of a batch together.
///
/// The probabilities are those that each member's `BatchScorer` gives, bit for bit. One scorer belongs to one thread.
public final class PanelScorer {
  /// Texts whose heads are computed together.
  public static let size = BatchScorer.size
  /// Bytes of the memos of words of all tables.
  private static let memoBytes = 8 << 20

  /// The way of whole texts into one table.
  private struct Table {
    let group: Int
    let spec: FeatureSpec
    let firstLane: Int
    let memo: WordMemo
    var bag: EmbeddingBag
  }

  /// The way of whole texts into one table of word-piece vectors.
  private struct Dense {
    let first: Int
    let dimensions: Int
    let memo: PieceMemo?
    var bag: DenseBag
  }

  public let panel: Panel
  private let workspace = FeatureExtractor.Workspace()
  private let denseWorkspace = WordPieceTokenizer.Workspace()
  private var tables: [Table]
  private var dense: [Dense]
  private let lanes: Int
  private let denseLanes: Int
  private let features: Int
  private let row: UnsafeMutablePointer<Int32>  // [lanes] the sums of one text
  private let sums: UnsafeMutablePointer<Int32>  // [size x lanes + slack]
  private let denseSums: UnsafeMutablePointer<Int32>  // [size x denseLanes]
  private let counts: UnsafeMutablePointer<Int>  // [size x features]
  private let notes: UnsafeMutablePointer<BatchScorer.Note>  // [size x features]
  private let sides: UnsafeMutablePointer<Side?>  // [size]
  private let scratch: UnsafeMutablePointer<Float>
  private let output: UnsafeMutablePointer<Float>  // [size x outputs]
  private var filled = 0
  private var flushed = 0  // texts of the last flush, whose sums and scratch are still there

  public convenience init(_ panel: Panel) { self.init(panel, log2Words: nil) }

  /// With memos of 2^`log2Words` pairs of words, 1...32; the scores do not depend on it.
  package init(_ panel: Panel, log2Words: Int?) {
    self.panel = panel
    let head = panel.head
    (lanes, denseLanes, features) = (head.lanes, head.denseLanes, head.featureCounts)
    let row = UnsafeMutablePointer<Int32>.allocate(capacity: lanes)
    row.initialize(repeating: 0, count: lanes)
    self.row = row
    tables = panel.features.enumerated().flatMap { group, features in
      features.tables.map { table in
        let pairs = log2Words ?? WordMemo.log2Pairs(lanes: table.lanes, bytes: Self.memoBytes)
        return Table(
          group: group, spec: table.spec, firstLane: table.firstLane,
          memo: WordMemo(table.fused.table, table.spec, log2Pairs: pairs),
          bag: EmbeddingBag(table.fused.table, sums: row + table.firstLane))
      }
    }
    var first = 0
    dense = panel.embeddings.map { embeddings in
      defer { first += embeddings.dimensions }
      return Dense(
        first: first, dimensions: embeddings.dimensions,
        memo: PieceMemo(embeddings, log2Pairs: min(14, log2Words ?? 14)), bag: DenseBag(embeddings))
    }
    sums = .allocate(capacity: Self.size * lanes + Head.slack)
    sums.initialize(repeating: 0, count: Self.size * lanes + Head.slack)
    denseSums = .allocate(capacity: Self.size * denseLanes)
    counts = .allocate(capacity: Self.size * features)
    notes = .allocate(capacity: Self.size * features)
    sides = .allocate(capacity: Self.size)
    scratch = .allocate(capacity: head.scratchCount(Self.size))
    output = .allocate(capacity: Self.size * head.outputs)
  }

  deinit {
    for way in dense { way.bag.sums.deallocate() }
    row.deallocate()
    sums.deallocate()
    denseSums.deallocate()
    counts.deallocate()
    notes.deallocate()
    sides.deallocate()
    scratch.deallocate()
    output.deallocate()
  }

  /// Whether the batch is full: `flush` before the next `add`.
  public var isFull: Bool { filled == Self.size }

  /// Adds a text (UTF-8) to the batch, which must not be full; with a prompt it is judged as the answer to it, without
  /// as one that stands on `side`. O(bytes); no allocation.
  public func add(
    _ text: UnsafeBufferPointer<UInt8>, prompt: UnsafeBufferPointer<UInt8>? = nil, side: Side? = nil
  ) {
    precondition(!isFull, "flush the batch first")
    sides[filled] = prompt == nil ? side : .exchange
    for t in tables.indices {
      tables[t].bag.reset()
      var extractor = FeatureExtractor(tables[t].spec)
      if let prompt {
        FeatureExtractor.prompt(prompt, tables[t].spec, workspace) { tables[t].bag.add($0) }
      }
      tables[t].memo.add(text, &extractor, &tables[t].bag, workspace)
      let place = filled * features + tables[t].group
      counts[place] = tables[t].bag.count
      notes[place] = BatchScorer.Note(
        replacements: extractor.normalizer.replacements, isTruncated: tables[t].bag.isFull)
    }
    (sums + filled * lanes).update(from: row, count: lanes)
    for d in dense.indices {
      dense[d].bag.reset()
      if let memo = dense[d].memo {
        memo.add(text, &dense[d].bag, denseWorkspace)
      } else {
        dense[d].bag.push(text, denseWorkspace)
        dense[d].bag.finish(denseWorkspace)
      }
      (denseSums + filled * denseLanes + dense[d].first).update(
        from: dense[d].bag.sums, count: dense[d].dimensions)
    }
    filled += 1
  }

  public func add(_ text: String, prompt: String? = nil, side: Side? = nil) {
    var (text, prompt) = (text, prompt)
    text.withUTF8 { text in
      if prompt == nil { add(text, side: side) } else { prompt!.withUTF8 { add(text, prompt: $0) } }
    }
  }

  /// The probabilities of the texts added since the last flush, in order, those of each member after the other
  /// (`Panel.outputs(of:)`); valid until the next one. [texts x outputCount]
  public func flush() -> UnsafeBufferPointer<Float> {
    defer { (flushed, filled) = (filled, 0) }
    if filled > 0 {
      panel.head.probabilities(
        filled, sums: sums, counts: counts, denseSums: dense.isEmpty ? nil : denseSums, scratch: scratch,
        into: output, side: { sides[$0] })
    }
    return UnsafeBufferPointer(start: output, count: filled * panel.head.outputs)
  }

  /// What each member says of text `i` of the last flush, in the panel's order; before the next `add`. Allocates.
  public func opinions(of i: Int) -> [Opinion] {
    precondition(i < flushed && filled == 0, "flush first")
    return panel.members.indices.map { member in
      let place = i * features + panel.head.parts[member].features
      return panel.opinion(
        of: member, output + i * panel.head.outputs + panel.head.firstOutputs[member],
        doubts: panel.doubts(
          of: member, i, of: flushed, sums + i * lanes, features: counts + i * features, scratch: scratch),
        side: sides[i], features: counts[place], replacements: notes[place].replacements,
        isTruncated: notes[place].isTruncated)
    }
  }

  /// What all say of text `i` of the last flush, and how far they are apart; before the next `add`. Allocates.
  public func verdict(of i: Int) -> PanelVerdict { PanelVerdict(opinions: opinions(of: i)) }
}
