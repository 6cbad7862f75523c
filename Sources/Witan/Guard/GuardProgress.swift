/// How far a guard is, beside scores and decisions; small, so that noting it is cheap.
struct GuardProgress: Equatable {
  var scanner = WordScanner()
  /// Bytes taken, and those of them that are complete words.
  var byteCount = 0
  var wordStart = 0
  var wordCount = 0
  /// What may go out.
  var emittedBytes = 0
  var emittedWords = 0
  /// Tells apart the states that a guard was in.
  var serial = 0
  /// Whether bytes beyond the limit came, which are not graded.
  var isPastLength = false
  var lengthByte = 0
  var isFinished = false
  /// Why nothing is taken any more, and where that was.
  var stop: GuardReason.Cause?
  var stopByte = 0

  /// Whether pushes are ignored.
  var isEnded: Bool { isFinished || stop != nil }
}
