package import Witan

extension TextModel {
  /// Probabilities of many texts, on all cores. [texts][outputs]
  package func probabilities(of texts: [String]) -> [[Float]] {
    probabilities(of: texts.map { Example(text: $0, labels: [:]) })
  }

  /// The same of examples; those with prompts are judged as answers to them, the others of a classifier as
  /// texts that stand on `side`.
  package func probabilities(of examples: [Example], side: Side? = nil) -> [[Float]] {
    if let classifier = self as? Classifier {
      return classifier.batches(of: examples, side: side) { $0.probabilities() }
    }
    let shards = min(64, max(1, examples.count / 64))
    return concurrentMap(shards) { shard -> [[Float]] in
      let stream = self.makeStream()
      return (shard * examples.count / shards..<(shard + 1) * examples.count / shards).map { i in
        stream.begin(prompt: examples[i].prompt)
        stream.push(examples[i].text)
        stream.finish()
        return Array(stream.read())
      }
    }.flatMap { $0 }
  }
}

extension Classifier {
  /// Logits before calibration. [texts x width]
  func logits(of texts: [String]) -> [Float] { logits(of: texts.map { Example(text: $0, labels: [:]) }) }

  func logits(of examples: [Example]) -> [Float] { batches(of: examples) { $0.flushLogits() } }

  /// What doubts are read of, of a classifier that has them. [texts x spec.doubtInputs]
  func representations(of examples: [Example]) -> [Float] {
    batches(of: examples) { scorer in
      let count = scorer.flush().count / scorer.classifier.spec.outputs
      return (0..<count).flatMap { scorer.representation(of: $0) }
    }
  }

  /// The doubts of each output, of a classifier that has them. [texts][outputs]
  package func doubts(of texts: [String]) -> [[Float]] {
    batches(of: texts.map { Example(text: $0, labels: [:]) }) { scorer in
      let count = scorer.flush().count / scorer.classifier.spec.outputs
      return (0..<count).map { i in scorer.doubts(of: i).map { Array($0) } ?? [] }
    }
  }

  fileprivate func batches<T: Sendable>(
    of examples: [Example], side: Side? = nil, _ read: @Sendable (BatchScorer) -> [T]
  ) -> [T] {
    let shards = min(64, max(1, examples.count / BatchScorer.size))
    return concurrentMap(shards) { shard -> [T] in
      let scorer = BatchScorer(self)
      var out: [T] = []
      for i in shard * examples.count / shards..<(shard + 1) * examples.count / shards {
        if scorer.isFull { out += read(scorer) }
        var text = examples[i].text
        text.withUTF8 { text in
          if var prompt = examples[i].prompt {
            prompt.withUTF8 { scorer.add(text, prompt: $0) }
          } else {
            scorer.add(text, prompt: nil, side: side)
          }
        }
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
