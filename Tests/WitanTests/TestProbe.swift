import Witan

/// Probes and states with made-up numbers.
enum TestProbe {
  static func make(
    dimensions: Int = 24, units: Int = 0, labels: Int = 3, smoothing: ProbeSpec.Smoothing = .window(16),
    combined: Bool = false
  ) throws -> ActivationProbe {
    var random = SeededRandom(seed: 7, purpose: "test probe")
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(2 * random.unit() - 1) } }
    let spec = try ProbeSpec(
      dimensions: dimensions, units: units, labels: (0..<labels).map { Label(id: "l\($0)") },
      smoothing: smoothing,
      combination: combined ? (0..<labels).map { _ in try CombinedScore(weight: 0.25, offset: -1) } : [])
    return ActivationProbe(
      spec: spec,
      weights: ProbeWeights(
        hidden: numbers(units * dimensions), hiddenBias: numbers(units),
        output: numbers(labels * (units == 0 ? dimensions : units)), bias: numbers(labels),
        slope: numbers(labels).map { $0 + 2 }, offset: numbers(labels)))
  }

  static func states(_ tokens: Int, _ dimensions: Int, seed: UInt64 = 1) -> [Float] {
    var random = SeededRandom(seed: seed, purpose: "test states")
    return (0..<tokens * dimensions).map { _ in Float(4 * random.unit() - 2) }
  }

  /// The logits of rows that follow each other. [tokens x labels]
  static func logits(_ probe: ActivationProbe, _ states: [Float]) -> [Float] {
    let (d, k) = (probe.spec.dimensions, probe.spec.labels.count)
    var scratch = [Float](repeating: .nan, count: probe.scratchCount)
    var out = [Float](repeating: .nan, count: states.count / d * k)
    probe.score(
      batch: states, type: .float32, count: states.count / d, stride: 4 * d, scratch: &scratch, into: &out)
    return out
  }
}
