import Foundation
import Testing
import Witan
import WitanTraining

/// What probes learn, and that they learn it the same every time.
@Suite(.serialized) struct ProbeTrainerTests {
  private func options(_ loss: ProbeLoss, window: Int = 6, units: Int = 0) -> ProbeTrainingOptions {
    var options = ProbeTrainingOptions()
    (options.loss, options.window, options.units, options.maximumEpochs) = (loss, window, units, 12)
    return options
  }

  private func auroc(_ options: ProbeTrainingOptions) throws -> Double {
    let trainer = ProbeTrainer(options: options)
    let probe = try trainer.train(TestActivations.planted(400, seed: 1)).probe
    return try #require(
      ProbeEvaluation(probe, TestActivations.planted(300, seed: 2)).labels[0].probe.auroc)
  }

  @Test("what shows in six tokens of a hundred: window and softmax find it, the mean of tokens less")
  func planted() throws {
    let mean = try auroc(options(.mean))
    let both = try auroc(options(.windowSoftmax))
    #expect(both > mean + 0.1, "window-softmax \(both), mean \(mean)")
  }

  @Test("labels of tokens teach too, and a hidden layer learns")
  func perTokenAndHidden() throws {
    var longer = options(.window, units: 8)
    longer.maximumEpochs = 200
    let made = try ProbeTrainer(options: longer)
      .train(TestActivations.planted(1200, seed: 1, perToken: true))
    let report = try ProbeEvaluation(made.probe, TestActivations.planted(200, seed: 2, perToken: true))
    #expect(made.probe.spec.units == 8 && report.labels[0].support == 100)
    let auroc = try #require(report.labels[0].probe.auroc)
    #expect(auroc > 0.7, "\(auroc)")
  }

  @Test("equal data, options and seed give equal bytes")
  func reproducible() throws {
    let set = try TestActivations.planted(60, seed: 1)
    var options = options(.windowSoftmax, units: 4)
    options.maximumEpochs = 2
    func bytes() throws -> [UInt8] { try ProbeTrainer(options: options).train(set).probe.bytes }
    let one = try bytes()
    let isSame = try bytes() == one
    #expect(isSame)
    options.seed = 2
    let isOther = try bytes() != one
    #expect(isOther)
  }

  @Test("the standardisation is in the weights: the file's probe gives the logits of training")
  func folded() throws {
    let set = try TestActivations.planted(40, seed: 1)
    let standard = try Standardization(set, Array(0..<set.count))
    for units in [0, 5] {
      var network = ProbeNetwork(dimensions: 16, units: units, bias: [0.5], seed: 3)
      network.withParameters { _, p in for i in p.indices { p[i] += Float(i % 7) / 10 } }
      let x = try standard.states(set, [4])
      let n = x.count / 16
      let expected = network.forward(x, n).logits
      let spec = try ProbeSpec(dimensions: 16, units: units, labels: [Label(id: "a")])
      let probe = ActivationProbe(spec: spec, weights: network.folded(standard))
      var scratch = [Float](repeating: 0, count: probe.scratchCount)
      var got = [Float](repeating: 0, count: n)
      set.withStates(set.range(4)) {
        probe.score(batch: $0, type: .float32, count: n, stride: 64, scratch: &scratch, into: &got)
      }
      for t in 0..<n { #expect(abs(got[t] - expected[t]) < 2e-4) }
    }
  }

  @Test("the network's gradients are those of finite differences", arguments: [0, 3])
  func gradients(units: Int) {
    var network = ProbeNetwork(dimensions: 4, units: units, bias: [0.1, -0.2], seed: 3)
    network.withParameters { _, p in for i in p.indices { p[i] += Float(i % 5) / 8 - 0.2 } }
    let x = (0..<12).map { Float(sin(Double($0 * $0))) }
    let dz = (0..<6).map { Float(cos(Double($0))) }
    func value(_ n: ProbeNetwork) -> Double {
      zip(n.forward(x, 3).logits, dz).reduce(0) { $0 + Double($1.0 * $1.1) }
    }
    let gradients = network.backward(x, 3, network.forward(x, 3), dz)
    for (a, gradient) in gradients.enumerated() {
      for i in gradient.indices {
        var (up, down) = (network, network)
        up.withParameters { if $0 == a { $1[i] += 1e-2 } }
        down.withParameters { if $0 == a { $1[i] -= 1e-2 } }
        let difference = (value(up) - value(down)) / 2e-2
        #expect(abs(Double(gradient[i]) - difference) < 1e-3, "array \(a), \(i)")
      }
    }
  }

  @Test("probabilities are calibrated on sequences that training did not see")
  func calibrated() throws {
    let made = try ProbeTrainer(options: options(.windowSoftmax)).train(
      TestActivations.planted(400, seed: 1), dev: TestActivations.planted(300, seed: 3))
    let report = try ProbeEvaluation(made.probe, TestActivations.planted(400, seed: 4))
    #expect(report.labels[0].probe.ece < 0.15)
    #expect(made.summary.devSequences == 300 && made.summary.sequences == 400)
  }

  @Test("largest logits far above 0 are calibrated all the same")
  func calibrationFarFromZero() {
    var random = SeededRandom(seed: 9, purpose: "far")
    let y = (0..<300).map { Float($0 % 2) }
    let z = y.map { 9 + $0 + 3 * Float(random.unit()) }
    let (slope, offset) = ProbeTrainer.calibration(z, y, y.map { _ in 1 })
    let p = z.map { 1 / (1 + exp(-(slope * $0 + offset))) }
    let share = p.reduce(0, +) / 300
    #expect(slope > 0.5 && abs(share - 0.5) < 0.05, "\(slope), \(offset), \(share)")
  }

  @Test("the weight of the combination goes to the score that tells; a given one stays")
  func combination() throws {
    var random = SeededRandom(seed: 5, purpose: "combination")
    let y = (0..<400).map { Float($0 % 2) }
    let good = y.map { 3 * $0 - 1.5 + Float(random.unit() * 2 - 1) }
    let noise = y.map { _ in Float(random.unit() * 2 - 1) }
    #expect(try CombinedScore(probe: good, text: noise, y).weight > 0.9)
    #expect(try CombinedScore(probe: noise, text: good, y).weight < 0.1)
    let given = try CombinedScore(probe: noise, text: good, y, weight: 0.5)
    #expect(given.weight == 0.5)
    // Two halves of one signal are better together.
    let (a, b) = (
      y.map { $0 * 2 - 1 + 4 * Float(random.unit() - 0.5) },
      y.map { $0 * 2 - 1 + 4 * Float(random.unit() - 0.5) }
    )
    let both = try CombinedScore(probe: a, text: b, y)
    #expect(0.25...0.75 ~= both.weight)
    let truth = y.map { $0 > 0.5 }
    let together = try #require(Metrics.auroc(zip(a, b).map { both.logit(probe: $0, text: $1) }, truth))
    #expect(together > (try #require(Metrics.auroc(a, truth))) + 0.02)
  }

  @Test("what cannot be learnt from is an error that says why")
  func errors() throws {
    typealias A = TestActivations
    func tensors(_ states: [Float], _ labels: [Float]) -> [A.Tensor] {
      [
        A.f32("activations", states, [states.count / 2, 2]),
        A.i64("offsets", Array(0...states.count / 2)), A.f32("labels", labels, [labels.count]),
      ]
    }
    let states = (0..<100).map { Float($0 % 7) }
    let one = try A.set(tensors(states, Array(repeating: 1, count: 50)))
    #expect {
      try ProbeTrainer().train(one)
    } throws: {
      "\($0)".contains("training sequences have it; some must and some not")
    }
    var broken = states
    broken[31] = .nan
    let nan = try A.set(tensors(broken, (0..<50).map { Float($0 % 2) }))
    #expect {
      try ProbeTrainer().train(nan)
    } throws: {
      "\($0)".contains("activations: token 15 (sequence 15) holds a value that is not finite")
    }
    let good = try A.set(tensors(states, (0..<50).map { Float($0 % 2) }))
    #expect(throws: WitanError.self) { try ProbeTrainer().train(good, textLogits: [0]) }
    #expect(throws: WitanError.self) { try ProbeTrainer().train(good, dev: A.planted(4, seed: 1)) }
    var options = ProbeTrainingOptions()
    options.window = 0
    #expect {
      try ProbeTrainer(options: options).train(good)
    } throws: {
      ($0 as? WitanError)?.place == "window"
    }
  }
}
