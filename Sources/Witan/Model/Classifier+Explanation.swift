/// How much one word of a text moved an output.
public struct WordContribution: Sendable, Hashable {
  /// Where the word stands in the bytes as given, before any folding.
  public let bytes: Range<Int>
  /// What the word adds to the logit: what the logit loses when the word's features are taken back. The
  /// pair with the word before counts for the later.
  public let value: Float
}

extension Classifier {
  /// What each word of `text` (UTF-8) adds to the logit of output `index` (a label, or `labels.count` for
  /// `any`), in order. Labels of linear models without embeddings: exact, the values sum to the logit less a
  /// constant. Others: by leaving out one word after the other (occlusion). O(bytes + words x weights);
  /// slower than scoring.
  ///
  /// Throws `invalidValue` when there is no such output.
  public func explain(
    _ text: some Sequence<UInt8>, output index: Int
  ) throws(WitanError) -> [WordContribution] {
    guard index >= 0, index < spec.outputs else {
      throw WitanError(.invalidValue, "there is no output \(index); the model has \(spec.outputs)")
    }
    // The one column of a choice of two speaks for the second label.
    let (column, sign): (Int, Float) = spec.isBinary ? (0, index == 0 ? -1 : 1) : (index, 1)
    let bytes = Array(text)
    let words = FeatureExtractor.words(of: bytes, spec.features)
    let isLinear = weights.output == nil && weights.dense == nil && !(spec.hasAny && index == labels.count)
    return isLinear
      ? linear(words, column, sign) : occluded(words, bytes, column, sign)
  }

  private func linear(_ words: [FeatureExtractor.Word], _ column: Int, _ sign: Float) -> [WordContribution] {
    let (sums, count) = sums(words)
    let squares = spec.isWeighted ? Int(sums[spec.columns - 1]) : count
    let factor = sign * weights.slope[column] * weights.scale[column] / Float(max(1, squares)).squareRoot()
    return words.map { word in
      let sum = word.ids.reduce(0) { $0 + Int(table[Int($1), column]) }
      return WordContribution(bytes: word.bytes, value: Float(sum) * factor)
    }
  }

  private func occluded(
    _ words: [FeatureExtractor.Word], _ bytes: [UInt8], _ column: Int, _ sign: Float
  ) -> [WordContribution] {
    var (sums, count) = sums(words)
    var dense = denseSums(of: bytes)
    var scratch = [Float](repeating: 0, count: head.scratchCount(1))
    var z = [Float](repeating: 0, count: spec.width)
    func logit() -> Float {
      head.logits(
        1, sums: sums, counts: &count, denseSums: weights.dense == nil ? nil : dense, scratch: &scratch,
        into: &z
      )
      spec.calibrate(&z, slope: weights.slope, offset: weights.offset)
      return sign * z[column]
    }
    let whole = logit()
    return words.map { word in
      let pieces = denseSums(of: bytes[word.bytes])
      func move(_ direction: Int32) {
        for id in word.ids {
          for j in 0..<spec.columns { sums[j] += direction * table[Int(id), j] }
        }
        for j in pieces.indices { dense[j] += direction * pieces[j] }
        count += Int(direction) * word.ids.count
      }
      move(-1)
      defer { move(1) }
      return WordContribution(bytes: word.bytes, value: whole - logit())
    }
  }

  /// Sums over the features of all words. [lanes]
  private func sums(_ words: [FeatureExtractor.Word]) -> ([Int32], Int) {
    var sums = [Int32](repeating: 0, count: spec.lanes)
    for id in words.flatMap(\.ids) {
      for j in 0..<spec.columns { sums[j] += table[Int(id), j] }
    }
    return (sums, words.reduce(0) { $0 + $1.ids.count })
  }

  /// Sums of the word pieces of a text by itself. [dimensions]
  private func denseSums(of bytes: some Sequence<UInt8>) -> [Int32] {
    guard let embeddings else { return [] }
    var bag = DenseBag(embeddings)
    defer { bag.sums.deallocate() }
    let workspace = WordPieceTokenizer.Workspace()
    Array(bytes).withUnsafeBufferPointer { bag.push($0, workspace) }
    bag.finish(workspace)
    return Array(UnsafeBufferPointer(start: bag.sums, count: embeddings.dimensions))
  }
}
