import Testing

import Witan
import WitanTraining

struct RaterEvaluationTests {
  @Test(
    "opinions of groups beat the majority on their votes, and their spread beats its entropy, where it is planted"
  )
  func planted() throws {
    let (train, test) = (RaterData.texts(900, seed: 1), RaterData.texts(300, seed: 2))
    let model = try Classifier(
      bytes: RaterData.trainer(by: ["group"]).train(train).model.modelBytes)
    let other = try Classifier(bytes: ToyData.trainer().train(RaterTrainer.majority(train)).modelBytes)
    let report = try RaterEvaluation(model, test, against: other, resamples: 200)
    #expect(report.texts == 300 && report.ratings == 1200 && report.groups.map(\.ratings) == [600, 600])
    let losses = report.groups.map { $0.comparison.own.logLoss.value! }
    #expect(losses == losses.sorted(by: >))
    for group in report.groups {
      let less = try #require(group.comparison.lessPooled.logLoss.interval)
      #expect(less.upperBound < 0, "\(group)")
    }
    // Ties are yes, so the majority errs on the second group alone, in every text of water.
    let second = try #require(report.groups.first { $0.label == "second" })
    #expect(try #require(second.comparison.lessAgainst?.brier.interval).upperBound < -0.1)
    #expect(try #require(second.comparison.lessAgainst?.auroc.value) > 0.05)
    // Where all agree but no word tells on what, pooled probabilities are unsure and opinions are not apart.
    let t = report.tracking
    #expect(t.texts == 300 && t.spread.value! > 0.7, "\(t)")
    #expect(
      t.spreadLessPooled.interval!.lowerBound > 0 && t.spreadLessAgainst!.interval!.lowerBound > 0, "\(t)")
    #expect(t.spread.interval!.contains(t.spread.value!))
    #expect(report.json["groups"]?.array?.first?["own"]?["log_loss"]?["interval"]?.array?.count == 2)
    #expect(report.json["disagreement"]?["spread_less_against"]?["value"]?.number != nil)
    let again = try RaterEvaluation(model, test, against: other, resamples: 200)
    #expect(again.json == report.json)
  }

  @Test("groups that the model does not know, and those that say nothing here, are named")
  func unknown() throws {
    let model = try Classifier(
      bytes: RaterData.trainer(by: ["group"]).train(RaterData.texts(90, seed: 3)).model.modelBytes)
    var texts = RaterData.texts(30, seed: 4)
    for i in texts.indices {
      texts[i].ratings.removeAll { $0.fields["group"] == "second" }
      texts[i].ratings += [Rating(degree: 1, fields: ["group": "third"]), Rating(degree: 0, fields: [:])]
    }
    let report = try RaterEvaluation(model, texts, resamples: 20)
    #expect(report.unknown.map(\.name) == ["group=third", "no group"] && report.unknown[0].ratings == 30)
    #expect(report.silent == ["second"] && report.groups.map(\.label) == ["first"])
    #expect(report.tracking.against == nil && report.groups[0].comparison.against == nil)

    let nobody = texts.map { RatedText(text: $0.text, ratings: [Rating(degree: 1, fields: [:])]) }
    #expect(throws: WitanError.self) { try RaterEvaluation(model, nobody) }
    let plain = try Classifier(
      bytes: ToyData.trainer().train(ToyData.choice(2, count: 60, seed: 5)).modelBytes)
    let error = try #require(#expect(throws: WitanError.self) { try RaterEvaluation(plain, texts) })
    #expect(error.message.contains("no opinions of groups"))
    let against = try #require(
      #expect(throws: WitanError.self) { try RaterEvaluation(model, texts, against: plain) })
    #expect(against.place == "against")
  }

  @Test("ranks with multiplicities are those of a sample that holds each so often")
  func ranks() {
    var random = SeededRandom(seed: 6)
    for round in 0..<200 {
      let n = 2 + random.below(12)
      let (x, y) = (
        (0..<n).map { _ in Double(random.below(5)) }, (0..<n).map { _ in Double(random.below(4)) }
      )
      let isPositive = (0..<n).map { _ in random.below(2) == 0 }
      let times = (0..<n).map { _ in random.below(4) }
      let sample = times.indices.flatMap { Array(repeating: $0, count: times[$0]) }
      #expect(
        RankedScores(x).auroc(isPositive, times)
          == Metrics.auroc(sample.map { Float(x[$0]) }, sample.map { isPositive[$0] }), "round \(round)")
      let got = Metrics.spearman(RankedScores(x), RankedScores(y), times)
      let wanted = Self.spearman(sample.map { x[$0] }, sample.map { y[$0] })
      #expect((got == nil) == (wanted == nil) && abs((got ?? 0) - (wanted ?? 0)) < 1e-9, "round \(round)")
    }
  }

  /// Pearson's correlation of mean ranks, counted pair by pair.
  private static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    func ranks(_ v: [Double]) -> [Double] {
      v.map { a in Double(v.count { $0 < a }) + Double(v.count { $0 == a } + 1) / 2 }
    }
    let (a, b) = (ranks(x), ranks(y))
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    let xy = zip(a, b).reduce(0) { $0 + ($1.0 - ma) * ($1.1 - mb) }
    let xx = a.reduce(0) { $0 + ($1 - ma) * ($1 - ma) }
    let yy = b.reduce(0) { $0 + ($1 - mb) * ($1 - mb) }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }

  @Test("the interval of a mean is that of its standard error")
  func bootstrap() throws {
    let values = (0..<400).map { Double($0 % 20) }  // mean 9.5, deviation 5.77, standard error 0.288
    let interval = Bootstrap(resamples: 2000, seed: 3).intervals(of: 400) { times in
      [zip(values, times).reduce(0) { $0 + $1.0 * Double($1.1) } / 400, nil]
    }
    let mean = try #require(interval[0])
    #expect(
      abs(mean.lowerBound - (9.5 - 1.96 * 0.288)) < 0.08 && abs(mean.upperBound - (9.5 + 1.96 * 0.288)) < 0.08
    )
    #expect(interval[1] == nil)
  }

  @Test("few votes and large logits are calibrated without overshooting")
  func calibration() {
    let z: [Float] = [40, -35, 30, -45, 38, -33, 42, -37]
    let (slope, offset) = Calibrator.platt(
      z, [1, 0, 0, 0, 1, 1, 0, 1], [Float](repeating: 1, count: 8), isCareful: true)
    #expect(slope >= 0.01 && slope < 0.1 && abs(offset) < 2, "\(slope), \(offset)")
  }
}
