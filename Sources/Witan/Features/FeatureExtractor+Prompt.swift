internal import CKernels

extension FeatureExtractor {
  /// The features of a prompt, in whose light an answer is judged: those of the text, each moved to another
  /// row, so that a word asked and the same word answered are two features (the replicated features of
  /// Daume 2007, section 3, without the shared copy). The rows are moved by an exclusive or whose high bits
  /// do not depend on the size of the table, so that folded tables agree.
  ///
  /// `body` receives each run of ids. O(bytes); no allocation.
  package static func prompt(
    _ bytes: UnsafeBufferPointer<UInt8>, _ spec: FeatureSpec, marksWords: Bool = false,
    _ workspace: Workspace, _ body: (UnsafeBufferPointer<UInt32>) -> Void
  ) {
    let salt = promptMark >> UInt32(32 - spec.log2Buckets)
    func move(_ ids: UnsafeBufferPointer<UInt32>) {
      let moved = UnsafeMutableBufferPointer(mutating: ids)  // they stand in the caller's workspace
      for i in moved.indices { moved[i] ^= salt }
      body(ids)
    }
    var extractor = FeatureExtractor(spec, marksWords: marksWords)
    extractor.push(bytes, workspace, move)
    extractor.finish(workspace, move)
  }

  /// The golden ratio, as usual where any number would do.
  private static let promptMark: UInt32 = 0x9E37_79B9
}
