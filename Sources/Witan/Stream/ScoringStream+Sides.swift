extension ScoringStream {
  /// Starts a new text that stands on `side`: principles of other sides do not count. nil as `reset()`:
  /// all count.
  public func begin(as side: Side?) {
    reset()
    self.side = side
  }

  /// Starts the answer to `prompt`, which is judged in its light: the features of the prompt stand beside
  /// those of the answer in the same sums, in rows of their own. Principles about prompts do not count.
  /// Without a prompt as `reset()`. O(prompt bytes); no allocation for native strings.
  ///
  /// Windows are graded in the light of the whole prompt too. Word-piece vectors are those of the answer alone. A prompt much longer than its answer outweighs it,
  /// since both share one norm.
  public func begin(prompt: String?) {
    reset()
    guard var prompt else { return }
    prompt.withUTF8(addPrompt)
  }

  private func addPrompt(_ bytes: UnsafeBufferPointer<UInt8>) {
    side = .exchange
    FeatureExtractor.prompt(bytes, classifier.spec.features, workspace) { bag.add($0) }
    var count = bag.count
    windows?.begin(after: bag.sums, counts: &count)
  }
}
