/// What a fastText model consists of, whatever file it came from; all of it checked against the rest.
struct FastTextParts {
  let arguments: FastTextArguments
  let dictionary: FastTextDictionary
  /// Kept buckets and their rows, less the words; nil when nothing was pruned.
  let pruned: [Int32: Int32]?
  let input: FastTextMatrix  // [words + buckets, or what of them is kept, x dimension]
  let output: FastTextMatrix  // [labels x dimension]

  /// Throws `format` when a row that texts can ask for is not there.
  init(
    arguments: FastTextArguments, dictionary: FastTextDictionary, pruned: [Int32: Int32]?,
    input: FastTextMatrix, output: FastTextMatrix
  ) throws(WitanError) {
    let words = dictionary.wordCount
    let (rows, labels) = (input.rowCount, dictionary.labelCounts.count)
    guard rows <= Int(Int32.max) else {
      throw WitanError(.format, "is \(rows), more than 2^31 - 1", at: "input.rows")
    }
    if let pruned {
      guard rows >= words, pruned.values.allSatisfy({ $0 >= 0 && Int($0) < rows - words }) else {
        throw WitanError(
          .format, "names a row past the \(rows) of the input matrix", at: "dictionary.pruneidx")
      }
    } else {
      guard rows >= words + arguments.buckets else {
        throw WitanError(
          .format, "is \(rows), but \(words) words and \(arguments.buckets) buckets need more",
          at: "input.rows")
      }
    }
    guard output.rowCount == labels else {
      throw WitanError(
        .format, "is \(output.rowCount), but there are \(labels) labels", at: "output.rows")
    }
    self.arguments = arguments
    self.dictionary = dictionary
    self.pruned = pruned
    self.input = input
    self.output = output
  }
}
