import Testing
import Witan

/// Guards that judge by the mean of the largest grades.
struct TopGradesTests {
  @Test(
    "the means are those of the k largest grades so far, of fewer while there are fewer", arguments: 1...5)
  func means(_ k: Int) {
    var random = SeededRandom(seed: UInt64(k))
    let top = TopGrades(k, outputs: 3)
    for _ in 0..<20 {
      top.reset()
      var seen: [[Float]] = [[], [], []]
      for _ in 0..<40 {
        // Coarse, so that grades are equal at times.
        let grades = (0..<3).map { _ in Float(random.below(20)) / 20 }
        for j in 0..<3 { seen[j].append(grades[j]) }
        let means = grades.withUnsafeBufferPointer { Array(top.add($0)) }
        for j in 0..<3 {
          let largest = seen[j].sorted(by: >).prefix(k)
          #expect(means[j] == largest.reduce(0, +) / Float(largest.count))
        }
      }
    }
  }

  @Test("what is no number counts as 1")
  func notANumber() {
    let top = TopGrades(2, outputs: 1)
    #expect([Float.nan].withUnsafeBufferPointer { top.add($0)[0] } == 1)
    #expect([Float(0.5)].withUnsafeBufferPointer { top.add($0)[0] } == 0.75)
  }

  @Test("a guard turns on where the mean reaches the threshold, and one jump is not enough")
  func decides() throws {
    let classifier = TestModel.classifier(hasAny: true)
    let thresholds = GuardRun.thresholds(classifier)
    var random = SeededRandom(seed: 9)
    var (turnedOn, later) = (0, 0)
    for _ in 0..<60 {
      let text = TestModel.randomText(&random, length: 400)
      // The grades of the plain guard, word by word, are what the means are taken of.
      func run(_ top: Int, on: Float) throws -> (grades: [Float], event: GuardEvent?) {
        let options = GuardOptions(
          rules: ["label-0": DecisionRule(on: on, action: .annotate)], defaultRule: nil, windows: [3, 8],
          topGrades: top)
        let one = try StreamGuard(classifier, options)
        var grades: [Float] = []
        one.onGrades = { grades.append($0[0]) }
        _ = one.push(text)
        _ = one.finish()
        return (grades, one.nextEvent())
      }
      let on = min(0.999, thresholds[0])
      let plain = try run(1, on: on)
      let means = plain.grades.indices.map { i in
        let largest = plain.grades[...i].sorted(by: >).prefix(4)
        return largest.reduce(0, +) / Float(largest.count)
      }
      let top = try run(4, on: on)
      #expect(top.grades == means)
      let first = means.firstIndex { $0 >= on }
      #expect((top.event != nil) == (first != nil))
      if let first, let event = top.event {
        #expect(event.reason.onsetWord == first && event.reason.probability == means[first])
        turnedOn += 1
        if plain.grades.firstIndex(where: { $0 >= on })! < first { later += 1 }
      }
    }
    #expect(turnedOn > 5 && later > 0, "\(turnedOn) \(later)")
  }
}
