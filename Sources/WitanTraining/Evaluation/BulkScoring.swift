internal import Witan

extension TextModel {
  /// Probabilities of many texts, on all cores. [texts][outputs]
  package func probabilities(of texts: [String]) -> [[Float]] {
    if let classifier = self as? Classifier { return classifier.batches(of: texts) { $0.probabilities() } }
    let shards = min(64, max(1, texts.count / 64))
    return concurrentMap(shards) { shard -> [[Float]] in
      let stream = self.makeStream()
      return (shard * texts.count / shards..<(shard + 1) * texts.count / shards).map { i in
        stream.reset()
        stream.push(texts[i])
        stream.finish()
        return Array(stream.read())
      }
    }.flatMap { $0 }
  }
}

extension Classifier {
  /// Logits before calibration. [texts x width]
  func logits(of texts: [String]) -> [Float] { batches(of: texts) { $0.flushLogits() } }

  /// What doubts are read of, of a classifier that has them. [texts x spec.doubtInputs]
  func representations(of texts: [String]) -> [Float] {
    batches(of: texts) { scorer in
      let count = scorer.flush().count / scorer.classifier.spec.outputs
      return (0..<count).flatMap { scorer.representation(of: $0) }
    }
  }

  /// The doubts of each output, of a classifier that has them. [texts][outputs]
  package func doubts(of texts: [String]) -> [[Float]] {
    batches(of: texts) { scorer in
      let count = scorer.flush().count / scorer.classifier.spec.outputs
      return (0..<count).map { i in scorer.doubts(of: i).map { Array($0) } ?? [] }
    }
  }

  fileprivate func batches<T: Sendable>(
    of texts: [String], _ read: @Sendable (BatchScorer) -> [T]
  ) -> [T] {
    let shards = min(64, max(1, texts.count / BatchScorer.size))
    return concurrentMap(shards) { shard -> [T] in
      let scorer = BatchScorer(self)
      var out: [T] = []
      for i in shard * texts.count / shards..<(shard + 1) * texts.count / shards {
        if scorer.isFull { out += read(scorer) }
        var text = texts[i]
        text.withUTF8(scorer.add)
      }
      return out + read(scorer)
    }.flatMap { $0 }
  }
}

extension BatchScorer {
  fileprivate func probabilities() -> [[Float]] {
    let outputs = classifier.spec.outputs
    let p = flush()
    return stride(from: 0, to: p.count, by: outputs).map { Array(p[$0..<$0 + outputs]) }
  }
}
