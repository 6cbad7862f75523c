extension ScoringStream {
  /// What a push or a reading needs while it runs, and nothing longer: streams of one classifier that take
  /// turns on one thread can share it. A reading in it is then valid until the next call of any of them.
  final class Scratch {
    let workspace = FeatureExtractor.Workspace()
    let denseWorkspace: WordPieceTokenizer.Workspace?
    let reading: UnsafeMutablePointer<Int32>  // [lanes + dimensions] sums with the open word
    let output: UnsafeMutablePointer<Float>  // [2 x outputs] probabilities, doubts, then scratch
    let byteCount: Int

    init(_ classifier: Classifier) {
      let spec = classifier.spec
      let readingCount = spec.lanes + (classifier.embeddings?.dimensions ?? 0)
      let outputCount = 2 * spec.outputs + classifier.scratchCount(1)
      denseWorkspace = classifier.embeddings.map { _ in WordPieceTokenizer.Workspace() }
      reading = .allocate(capacity: readingCount)
      output = .allocate(capacity: outputCount)
      reading.initialize(repeating: 0, count: readingCount)
      output.initialize(repeating: 0, count: outputCount)
      byteCount =
        4 * (readingCount + outputCount) + FeatureExtractor.Workspace.byteCount
        + (denseWorkspace == nil ? 0 : WordPieceTokenizer.Workspace.byteCount)
    }

    deinit {
      reading.deallocate()
      output.deallocate()
    }
  }
}
