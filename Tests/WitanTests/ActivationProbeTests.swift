import CAllocationCounter
import Foundation
import Testing
import Witan

/// From stored states to logits.
@Suite(.serialized) struct ActivationProbeTests {
  #if !(os(macOS) && arch(x86_64))
    @Test("every half becomes the float that the language makes of it")
    func halves() {
      let bits = (0...UInt16.max).map { $0.littleEndian }
      var out = [Float](repeating: 0, count: bits.count)
      ActivationType.float16.convert(bits, count: bits.count, into: &out)
      for (i, value) in out.enumerated() {
        let expected = Float(Float16(bitPattern: UInt16(i)))
        #expect(
          expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern, "\(i): \(value)")
      }
    }
  #endif

  @Test("every bfloat16 becomes the float with the same upper half")
  func brainFloats() {
    let bits = (0...UInt16.max).map { $0.littleEndian }
    var out = [Float](repeating: 0, count: bits.count)
    ActivationType.bfloat16.convert(bits, count: bits.count, into: &out)
    for (i, value) in out.enumerated() { #expect(value.bitPattern == UInt32(i) << 16) }
  }

  @Test("values are read from any address", arguments: ActivationType.allCases)
  func unaligned(_ type: ActivationType) {
    let numbers: [Float] = [1, -2, 0.5, 0, 1024, -0.25, 3]
    var bytes: [UInt8] = [0xEE]
    for x in numbers {
      switch type {
      case .float32: withUnsafeBytes(of: x.bitPattern.littleEndian) { bytes += $0 }
      case .bfloat16: withUnsafeBytes(of: UInt16(x.bitPattern >> 16).littleEndian) { bytes += $0 }
      case .float16:
        // Exact for these: sign, exponent rebased, the upper ten bits of the fraction.
        let b = x.bitPattern
        let half = x == 0 ? 0 : (b >> 16 & 0x8000) | (((b >> 23 & 255) - 112) << 10) | (b >> 13 & 1023)
        withUnsafeBytes(of: UInt16(half).littleEndian) { bytes += $0 }
      }
    }
    var out = [Float](repeating: .nan, count: numbers.count)
    bytes.withUnsafeBytes { type.convert($0.baseAddress! + 1, count: numbers.count, into: &out) }
    #expect(out == numbers)
  }

  @Test("a token has the same bits alone and in every batch", arguments: [0, 1, 5, 33], [1, 3, 9])
  func batches(units: Int, labels: Int) throws {
    let d = 70
    let probe = try TestProbe.make(dimensions: d, units: units, labels: labels)
    let states = TestProbe.states(41, d)
    let single = (0..<41).flatMap { TestProbe.logits(probe, Array(states[$0 * d..<($0 + 1) * d])) }
    for count in [2, 15, 16, 17, 32, 41] {
      let batch = TestProbe.logits(probe, Array(states[..<(count * d)]))
      #expect(batch.map(\.bitPattern) == single[..<(count * labels)].map(\.bitPattern), "\(count)")
    }
  }

  @Test("logits are those of the formula", arguments: [0, 5])
  func formula(units: Int) throws {
    let d = 24
    let probe = try TestProbe.make(dimensions: d, units: units)
    let w = probe.weights
    let states = TestProbe.states(20, d)
    let got = TestProbe.logits(probe, states)
    for t in 0..<20 {
      var x = states[t * d..<(t + 1) * d].map { Double($0) }
      if units > 0 {
        x = (0..<units).map { j in
          max(0, (0..<d).reduce(Double(w.hiddenBias[j])) { $0 + Double(w.hidden[j * d + $1]) * x[$1] })
        }
      }
      for j in 0..<3 {
        let z = x.indices.reduce(Double(w.bias[j])) { $0 + Double(w.output[j * x.count + $1]) * x[$1] }
        #expect(abs(z - Double(got[t * 3 + j])) < 5e-5, "token \(t)")
      }
    }
  }

  @Test("a stride beyond the row is skipped; types agree where values are exact in both")
  func strides() throws {
    let d = 24
    let probe = try TestProbe.make(dimensions: d)
    let rounded = TestProbe.states(5, d).map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) }
    var bytes: [UInt8] = []
    for t in 0..<5 {
      for x in rounded[t * d..<(t + 1) * d] {
        withUnsafeBytes(of: UInt16(x.bitPattern >> 16).littleEndian) { bytes += $0 }
      }
      bytes += [0xFF, 0xFF, 0xFF]
    }
    var scratch = [Float](repeating: 0, count: probe.scratchCount)
    var out = [Float](repeating: 0, count: 15)
    probe.score(
      batch: bytes, type: .bfloat16, count: 5, stride: 2 * d + 3, scratch: &scratch, into: &out)
    #expect(out == TestProbe.logits(probe, rounded))
  }

  @Test("states that are not finite give the largest logit, and spoil no other row", arguments: [0, 5])
  func brokenStates(units: Int) throws {
    let d = 24
    let probe = try TestProbe.make(dimensions: d, units: units)
    let good = TestProbe.states(20, d)
    var bad = good
    bad[3 * d + 1] = .nan
    let (expected, got) = (TestProbe.logits(probe, good), TestProbe.logits(probe, bad))
    #expect(got[9..<12] == [ActivationProbe.limit, ActivationProbe.limit, ActivationProbe.limit])
    #expect(got[..<9] == expected[..<9] && got[12...] == expected[12...])
  }

  @Test("scoring and pushing allocate nothing")
  func allocations() throws {
    let probe = try TestProbe.make(units: 5)
    let states = TestProbe.states(33, 24)
    var scratch = [Float](repeating: 0, count: probe.scratchCount)
    var out = [Float](repeating: 0, count: 99)
    var stream = probe.makeStream(rewindable: 4)
    func run() {
      probe.score(batch: states, type: .float32, count: 33, stride: 96, scratch: &scratch, into: &out)
      out.withUnsafeBufferPointer { z in for t in 0..<33 { stream.push(z.baseAddress! + 3 * t) } }
    }
    run()
    witan_allocations_start()
    run()
    let count = witan_allocations_stop()
    // -1: this platform cannot count.
    #expect(count <= 0, "\(count)")
  }
}
