extension StreamGuard {
  /// Takes bytes in a pool: the words that end in them are read with those of other guards. Returns whether
  /// there is something to tell that there was not before: a word ended, or the text did.
  func pushDeferring(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let from = untold ?? begin()
    let (words, wasPastLength) = (progress.wordCount, progress.isPastLength)
    if !progress.isEnded { take(all: bytes) }
    let isNews =
      progress.wordCount != words || progress.isPastLength != wasPastLength || progress.isEnded
    guard isNews && untold == nil else { return false }
    untold = from
    return true
  }

  /// What came of the pushes since the last step; nil when that was told already.
  func tell() -> GuardStep? {
    settle()
    guard let from = untold else { return nil }
    untold = nil
    return step(from)
  }
}
