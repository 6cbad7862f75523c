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
