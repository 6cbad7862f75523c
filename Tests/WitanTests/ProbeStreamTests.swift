import Testing
import Witan

/// Windows, averages, forks and rewinds.
struct ProbeStreamTests {
  static let smoothings: [ProbeSpec.Smoothing] = [
    .window(1), .window(2), .window(16), .window(100), .exponential(rate: 0.25), .exponential(rate: 1),
  ]

  private func push(_ stream: inout ProbeStream, _ logits: ArraySlice<Float>) {
    let k = stream.labels.count
    logits.withUnsafeBufferPointer { z in
      for t in 0..<z.count / k { stream.push(z.baseAddress! + t * k) }
    }
  }

  private func state(_ s: ProbeStream) -> [UInt32] {
    s.labels.indices.flatMap { [s.logit($0), s.peakLogit($0), s.peak($0)].map(\.bitPattern) }
  }

  @Test("the ring gives what the last tokens give when they are summed anew", arguments: smoothings)
  func naive(_ smoothing: ProbeSpec.Smoothing) throws {
    let probe = try TestProbe.make(smoothing: smoothing)
    let logits = TestProbe.logits(probe, TestProbe.states(300, 24))
    let w = probe.weights
    var stream = probe.makeStream()
    var peaks = [Double](repeating: -.infinity, count: 3)
    var averages = [Double](repeating: 0, count: 3)
    for t in 0..<300 {
      push(&stream, logits[t * 3..<(t + 1) * 3])
      for j in 0..<3 {
        switch smoothing {
        case .window(let m):
          let kept = max(0, t + 1 - m)...t
          averages[j] = kept.reduce(0) { $0 + Double(logits[$1 * 3 + j]) } / Double(kept.count)
        case .exponential(let rate):
          let z = Double(logits[t * 3 + j])
          averages[j] = t == 0 ? z : averages[j] + Double(rate) * (z - averages[j])
        }
        peaks[j] = max(peaks[j], averages[j])
        let (slope, offset) = (Double(w.slope[j]), Double(w.offset[j]))
        #expect(abs(Double(stream.logit(j)) - (slope * averages[j] + offset)) < 1e-4)
        #expect(abs(Double(stream.peakLogit(j)) - (slope * peaks[j] + offset)) < 1e-4)
      }
    }
    #expect(stream.tokens == 300)
  }

  @Test("a window forgets exactly: after the same last tokens the sums are the same bits")
  func forgets() throws {
    let probe = try TestProbe.make()
    let logits = TestProbe.logits(probe, TestProbe.states(50_000, 24))
    var (long, short) = (probe.makeStream(), probe.makeStream())
    push(&long, logits[...])
    push(&short, logits.suffix(16 * 3))
    for j in 0..<3 { #expect(long.logit(j).bitPattern == short.logit(j).bitPattern) }
  }

  @Test("rewinding any number of tokens gives the stream before them", arguments: smoothings)
  func rewind(_ smoothing: ProbeSpec.Smoothing) throws {
    let probe = try TestProbe.make(smoothing: smoothing)
    let logits = TestProbe.logits(probe, TestProbe.states(60, 24))
    let other = TestProbe.logits(probe, TestProbe.states(60, 24, seed: 2))
    for total in [1, 5, 17, 40] {
      for back in 0...min(8, total) {
        var (stream, plain) = (probe.makeStream(rewindable: 8), probe.makeStream(rewindable: 8))
        push(&stream, logits[..<(3 * total)])
        try stream.rewind(back)
        push(&plain, logits[..<(3 * (total - back))])
        #expect(state(stream) == state(plain) && stream.tokens == plain.tokens, "\(total) - \(back)")
        push(&stream, other[..<60])
        push(&plain, other[..<60])
        #expect(state(stream) == state(plain), "\(total) - \(back), then on")
      }
    }
  }

  @Test("more cannot be taken back than came or is kept, also in two steps; nothing changes then")
  func rewindLimit() throws {
    let probe = try TestProbe.make()
    var stream = probe.makeStream(rewindable: 4)
    push(&stream, TestProbe.logits(probe, TestProbe.states(10, 24))[...])
    let before = state(stream)
    #expect(throws: WitanError.self) { try stream.rewind(5) }
    #expect(throws: WitanError.self) { try stream.rewind(-1) }
    #expect(state(stream) == before)
    try stream.rewind(3)
    #expect {
      try stream.rewind(2)
    } throws: {
      "\($0)".contains("2 tokens cannot be taken back: 1 of 7 are kept")
    }
    try stream.rewind(1)
    #expect(stream.tokens == 6)
  }

  @Test("a fork goes its own way; reset begins anew")
  func forkAndReset() throws {
    let probe = try TestProbe.make()
    let logits = TestProbe.logits(probe, TestProbe.states(60, 24))
    var stream = probe.makeStream()
    push(&stream, logits[..<60])
    var fork = stream.fork()
    let before = state(stream)
    push(&fork, logits[60..<90])
    #expect(state(stream) == before && state(fork) != before)
    push(&stream, logits[60..<90])
    #expect(state(stream) == state(fork))
    stream.reset()
    push(&stream, logits[..<60])
    #expect(state(stream) == before && stream.tokens == 20)
  }

  @Test("a logit that is not a number flags, and leaves with its window")
  func notANumber() throws {
    let probe = try TestProbe.make(labels: 1, smoothing: .window(4))
    var stream = probe.makeStream()
    for z in [Float.nan, -Float.infinity, 0, 0, 0, 0] { withUnsafePointer(to: z) { stream.push($0) } }
    #expect(stream.peakLogit(0) == probe.weights.slope[0] * ActivationProbe.limit + probe.weights.offset[0])
    #expect(stream.logit(0) == probe.weights.offset[0] && stream.isFlagged)
  }

  @Test("combined logits are the weighted mean; probabilities of 0 and 1 rule nothing out")
  func combined() throws {
    let both = try CombinedScore(weight: 0.25, offset: 0.5)
    #expect(both.logit(probe: 2, text: -4) == 0.25 * 2 - 0.75 * 4 + 0.5)
    let p = both.probability(probeLogit: 60, textProbability: 0)
    #expect(p > 0.5 && p < 1)
    #expect(throws: WitanError.self) { try CombinedScore(weight: 1.5) }
    #expect(throws: WitanError.self) { try CombinedScore(weight: .nan) }
    #expect(throws: WitanError.self) { try CombinedScore(weight: 0.5, offset: .infinity) }
  }
}
