import Foundation
import Witan
import WitanTraining

/// Scores lines in batches on several threads and writes the results in the order of the lines.
///
/// Each thread takes the next batch, scores it, and waits for its turn to write. So there are never more
/// batches in memory than threads: for each of them about `batchBytes` (or one longer line), its results and
/// a memo of 2 MB, beside 1 MB of input read ahead.
final class LineScoring: @unchecked Sendable {  // `reading` and `writing` guard what changes
  /// What is asked of each line.
  struct Options: Sendable {
    var isJSON = false
    var explains = false
    var looksForViews = false
    /// Where texts without a prompt stand.
    var side: Side?
    /// Said with each verdict, when the model is signed.
    var provenance: ModelProvenance?
    /// Whether lines are JSONL; nil to look at the first one.
    var isJSONL: Bool?
  }

  private static let batchBytes = 1 << 18

  private let classifier: Classifier
  private let options: Options

  private let reading = NSLock()
  private var reader: LineReader
  private var isJSONL: Bool?
  private var taken = 0
  private var isAtEnd = false

  private let writing = NSCondition()
  private var written = 0
  private var failure: WitanError?
  private var anyFlagged = false

  init(_ classifier: Classifier, path: String, _ options: Options) throws(WitanError) {
    self.classifier = classifier
    self.options = options
    reader = try LineReader(path: path)
    isJSONL = options.isJSONL
  }

  /// Scores all lines; returns whether any was flagged. Throws the error of the first line that has one,
  /// when the results of those before it are written.
  func run(threads: Int) throws(WitanError) -> Bool {
    DispatchQueue.concurrentPerform(iterations: threads) { _ in self.work() }
    if let failure { throw failure }
    return anyFlagged
  }

  private struct Batch {
    var place = 0
    var lines: [ArraySlice<UInt8>] = []
    var firstLine = 0
    var isJSONL = false
    /// Why there are no further lines.
    var failure: WitanError?
  }

  private func work() {
    var worker: LineWorker?
    while let batch = take() {
      if worker == nil { worker = LineWorker(classifier, options, name: reader.name) }
      let failure = worker!.score(batch.lines, from: batch.firstLine, isJSONL: batch.isJSONL) ?? batch.failure
      give(worker!.take(), batch.place, failure, isFlagged: worker!.anyFlagged)
    }
  }

  private func take() -> Batch? {
    reading.lock()
    defer { reading.unlock() }
    guard !isAtEnd, !hasFailed else { return nil }
    var batch = Batch(place: taken)
    do {
      batch.lines = try reader.nextBatch(bytes: Self.batchBytes)
      batch.firstLine = reader.lineNumber - batch.lines.count + 1
    } catch {
      batch.failure = error
    }
    if batch.lines.isEmpty {
      isAtEnd = true
      if batch.failure == nil { return nil }
    }
    if isJSONL == nil, let first = batch.lines.first { isJSONL = looksLikeJSONL(first) }
    batch.isJSONL = isJSONL ?? false
    taken += 1
    return batch
  }

  private var hasFailed: Bool {
    writing.lock()
    defer { writing.unlock() }
    return failure != nil
  }

  private func give(_ bytes: [UInt8], _ place: Int, _ failure: WitanError?, isFlagged: Bool) {
    writing.lock()
    defer { writing.unlock() }
    while written < place { writing.wait() }
    if self.failure == nil {
      do {
        try Terminal.write(bytes: bytes)
        self.failure = failure
      } catch {
        self.failure = error
      }
      anyFlagged = anyFlagged || isFlagged
    }
    written += 1
    writing.broadcast()
  }
}
