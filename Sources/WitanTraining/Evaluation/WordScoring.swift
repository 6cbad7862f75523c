package import Witan

extension TextModel {
  /// The probability of one output after each word of each text, read while the text streams in, on all
  /// cores. A text with a prompt is judged as the answer to it. [examples][words]
  package func wordScores(of examples: [Example], output: Int) -> [[Float]] {
    let shards = min(64, max(1, examples.count))
    return concurrentMap(shards) { shard -> [[Float]] in
      let stream = self.makeStream()
      return (shard * examples.count / shards..<(shard + 1) * examples.count / shards).map { i in
        stream.begin(prompt: examples[i].prompt)
        let words = examples[i].words
        var text = examples[i].text
        return text.withUTF8 { bytes in
          var at = 0
          return words.map { word in
            stream.push(UnsafeBufferPointer(rebasing: bytes[at..<word.upperBound]))
            at = word.upperBound
            return stream.read()[output]
          }
        }
      }
    }.flatMap { $0 }
  }
}

extension Classifier {
  /// The largest grade of one output while each word of each text goes through a `StreamGuard` with
  /// `windows`, on all cores, or the mean of the `top` largest; the white space after a word counts as part of it, since a guard grades a
  /// word when it ends. [examples][words]
  ///
  /// Throws `invalidValue` for windows out of range, and `unsupported` for answers to prompts.
  package func wordScores(
    of examples: [Example], output: Int, windows: [Int], top: Int = 1
  ) throws(WitanError) -> [[Float]] {
    if let answer = examples.first(where: { $0.prompt != nil }) {
      throw WitanError(
        .unsupported, "windows grade texts by themselves, not answers to prompts",
        at: answer.source ?? String(answer.text.prefix(60)))
    }
    // One rule that lets all pass: what is graded does not depend on the rules.
    let options = GuardOptions(
      rules: [spec.labels[0].id: DecisionRule(on: 1, action: .emit)], defaultRule: nil,
      maximumBytes: 1 << 40, rewindTokens: 0, windows: windows, topGrades: top)
    let shards = min(64, max(1, examples.count))
    let found = concurrentMap(shards) { shard in
      Result { () throws(WitanError) in
        let part = examples[shard * examples.count / shards..<(shard + 1) * examples.count / shards]
        return try StreamGuard(self, options).largestGrades(of: part, output: output)
      }
    }
    var out: [[Float]] = []
    for part in found { out += try part.get() }
    return out
  }
}

extension StreamGuard {
  /// The largest grade of one output while each word is pushed; of a word that no grade came with, the one
  /// before it. [examples][words]
  fileprivate func largestGrades(of examples: ArraySlice<Example>, output: Int) -> [[Float]] {
    var (latest, largest): (Float, Float?) = (0, nil)
    onGrades = { grades in
      latest = grades[output]
      largest = max(largest ?? latest, latest)
    }
    return examples.map { example in
      let words = example.words
      var text = example.text
      reset()
      latest = 0
      return text.withUTF8 { bytes in
        var at = 0
        return words.indices.map { i in
          largest = nil
          let end = i + 1 < words.count ? words[i + 1].lowerBound : bytes.count
          _ = push(UnsafeBufferPointer(rebasing: bytes[at..<end]))
          at = end
          if i + 1 == words.count { _ = finish() }
          return largest ?? latest
        }
      }
    }
  }
}
