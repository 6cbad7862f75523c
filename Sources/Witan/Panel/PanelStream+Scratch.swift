extension PanelStream {
  /// What a push or a reading needs while it runs, and nothing longer: streams of one panel that take turns on
  /// one thread can share it. A reading in it is then valid until the next call of any of them.
  final class Scratch {
    /// Features of the last push whose rows were asked for and are not added yet: rows of panels are long and seldom in
    /// a cache, and while they come others things can be done.
    static let deferrable = 64

    let workspace = FeatureExtractor.Workspace()
    let denseWorkspace: WordPieceTokenizer.Workspace?
    let reading: UnsafeMutablePointer<Int32>  // [lanes + slack] sums with the open word
    let denseReading: UnsafeMutablePointer<Int32>  // [denseLanes]
    let counts: UnsafeMutablePointer<Int>  // [features] of the last reading
    let output: UnsafeMutablePointer<Float>  // [outputs], then scratch
    private let deferred: UnsafeMutablePointer<UInt32>  // [deferrable]
    @exclusivity(unchecked) private var deferredCount = 0
    /// The bag, of whichever stream, that they belong to.
    @exclusivity(unchecked) private var deferredTo: UnsafeMutablePointer<EmbeddingBag>?
    /// Where the parts of a row stand; of the panel, kept where streams that take turns find it warm.
    let shifts: Constants<UInt32>  // [tables]
    let ranges: Constants<PanelFeatures.Tables>  // [features]
    let denseFirst: Constants<Int>  // [embeddings] in the dense sums
    let byteCount: Int

    init(_ panel: Panel) {
      let head = panel.head
      let (lanes, outputs) = (head.lanes + Head.slack, head.outputs + head.scratchCount(1))
      shifts = Constants(panel.features.flatMap(\.tables).map(\.shift))
      var (table, dense) = (0, 0)
      ranges = Constants(
        panel.features.map { group in
          defer { table += group.tables.count }
          return PanelFeatures.Tables(first: table, count: group.tables.count)
        })
      denseFirst = Constants(
        panel.embeddings.map { table in
          defer { dense += table.dimensions }
          return dense
        })
      denseWorkspace = panel.embeddings.isEmpty ? nil : WordPieceTokenizer.Workspace()
      reading = .allocate(capacity: lanes)
      denseReading = .allocate(capacity: head.denseLanes)
      counts = .allocate(capacity: head.featureCounts)
      output = .allocate(capacity: outputs)
      deferred = .allocate(capacity: Self.deferrable)
      reading.initialize(repeating: 0, count: lanes)
      denseReading.initialize(repeating: 0, count: head.denseLanes)
      counts.initialize(repeating: 0, count: head.featureCounts)
      output.initialize(repeating: 0, count: outputs)
      deferred.initialize(repeating: 0, count: Self.deferrable)
      byteCount =
        4 * (Self.deferrable + lanes + head.denseLanes + outputs) + 8 * head.featureCounts
        + FeatureExtractor.Workspace.byteCount
        + (denseWorkspace == nil ? 0 : WordPieceTokenizer.Workspace.byteCount)
    }

    deinit {
      reading.deallocate()
      denseReading.deallocate()
      counts.deallocate()
      output.deallocate()
      deferred.deallocate()
    }

    /// Keeps features until `settle` adds them to `bag`; there are none of another. [ids: up to deferrable]
    @inline(__always)
    func deferAdding(_ ids: UnsafeBufferPointer<UInt32>, to bag: UnsafeMutablePointer<EmbeddingBag>) {
      guard let first = ids.baseAddress else { return }
      deferred.update(from: first, count: ids.count)
      (deferredCount, deferredTo) = (ids.count, bag)
    }

    /// Adds what was deferred.
    @inline(__always)
    func settle() {
      if deferredCount == 0 { return }
      deferredTo.unsafelyUnwrapped.pointee.add(UnsafeBufferPointer(start: deferred, count: deferredCount))
      deferredCount = 0
    }

    /// How many features wait to be added to `bag`.
    @inline(__always)
    func deferred(to bag: UnsafeMutablePointer<EmbeddingBag>) -> Int { deferredTo == bag ? deferredCount : 0 }

    /// Drops what was deferred of `bag`, which starts anew or goes.
    func forget(_ bag: UnsafeMutablePointer<EmbeddingBag>) { if deferredTo == bag { deferredCount = 0 } }
  }
}
