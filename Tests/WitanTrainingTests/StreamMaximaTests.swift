import Testing
import Witan
import WitanTraining

/// The largest values of a stream against scoring every prefix as a document.
struct StreamMaximaTests {
  private let classifier = try! CalibrationModel.classifier()

  private func score(_ bytes: ArraySlice<UInt8>) -> [Float] {
    let stream = classifier.makeStream()
    stream.push(Array(bytes))
    stream.finish()
    return Array(stream.read())
  }

  private func oracle(_ text: String, _ reads: StreamMaxima.Reads) -> [Float] {
    let bytes = Array(text.utf8)
    var ends: Set<Int> = [bytes.count]
    for i in bytes.indices.dropFirst() {
      if reads == .word && bytes[i] <= 0x20 && bytes[i - 1] > 0x20 { ends.insert(i) }
      if reads == .character && bytes[i] & 0xC0 != 0x80 { ends.insert(i) }
    }
    return ends.map { score(bytes[..<$0]) }.reduce(score(bytes[...])) { zip($0, $1).map { max($0, $1) } }
  }

  @Test(
    "each reading equals the largest over the prefixes that it reads", arguments: StreamMaxima.Reads.allCases)
  func prefixes(_ reads: StreamMaxima.Reads) {
    let texts =
      [
        "", " ", "word", "wrench  oak\n\tfennel harbour", "Ça va bien? 日本語 ok 👩‍👩‍👧 end ", "  leading", "tail  ",
      ] + CalibrationModel.texts(40, seed: 5)
    let found = StreamMaxima.measure(texts, reads) { [classifier] in PrefixScorer(classifier.makeStream()) }
    #expect(found == texts.map { oracle($0, reads) })
  }

  @Test("windows are graded as a guard that is fed byte by byte grades them, text by text")
  func guarded() throws {
    let texts = CalibrationModel.texts(60, seed: 7)
    let found = try StreamMaxima.measure(texts, guarding: classifier, windows: [3, 5])
    let options = GuardOptions(
      rules: [classifier.spec.labels[0].id: DecisionRule(on: 1, action: .emit)], defaultRule: nil,
      windows: [3, 5])
    for (text, maxima) in zip(texts, found) {
      let own = try StreamGuard(classifier, options)
      var largest = [Float](repeating: 0, count: classifier.spec.outputs)
      own.onGrades = { grades in for j in grades.indices { largest[j] = max(largest[j], grades[j]) } }
      for byte in text.utf8 { _ = own.push([byte]) }
      _ = own.finish()
      #expect(maxima == largest)
    }
    #expect(found != (try StreamMaxima.measure(texts, guarding: classifier, windows: [])))
    #expect(throws: WitanError.self) {
      try StreamMaxima.measure(texts, guarding: classifier, windows: [0])
    }
  }

  @Test("more reads never see less")
  func order() {
    let texts = CalibrationModel.texts(60, seed: 6)
    let seen = [StreamMaxima.Reads.end, .word, .character].map { reads in
      StreamMaxima.measure(texts, reads) { [classifier] in PrefixScorer(classifier.makeStream()) }
    }
    var larger = 0
    for i in texts.indices {
      for j in seen[0][i].indices {
        #expect(seen[0][i][j] <= seen[1][i][j] && seen[1][i][j] <= seen[2][i][j])
        if seen[0][i][j] < seen[1][i][j] { larger += 1 }
      }
    }
    #expect(larger > 50)
  }
}
