import Foundation
import Testing
import Witan

/// Probes as files, which are untrusted.
struct ProbeFileTests {
  @Test("a file gives the probe back, and the probe the file", arguments: [0, 5])
  func roundTrip(units: Int) throws {
    for smoothing in [ProbeSpec.Smoothing.window(7), .exponential(rate: 0.125)] {
      let probe = try TestProbe.make(units: units, smoothing: smoothing, combined: units > 0)
      let read = try ActivationProbe(bytes: probe.bytes)
      #expect(read.spec == probe.spec && read.weights == probe.weights && read.bytes == probe.bytes)
    }
  }

  @Test(
    "each damaged field is refused by its name",
    arguments: [
      (#"\"dimensions\":24"#, #"\"dimensions\":25"#, "hidden.shape"),
      (#"\"dimensions\":24"#, #"\"dimensions\":-1"#, "dimensions"),
      (#"\"dimensions\":24"#, #"\"dimensions\":9999999"#, "dimensions"),
      (#"\"units\":5"#, #"\"units\":6"#, "hidden.shape"),
      (#"\"units\":5"#, #"\"units\":1e9"#, "units"),
      (#"\"window\":16"#, #"\"window\":0"#, "window"),
      (#"\"window\":16"#, #"\"window\":99999"#, "window"),
      (#"\"window\":16"#, #"\"window\":1.5"#, "window"),
      (#"\"window\":16"#, #"\"windows\":16"#, "window"),
      (#"\"window\":16"#, #"\"window\":16,\"rate\":0.5"#, "window"),
      (#"\"window\":16"#, #"\"rate\":0"#, "rate"),
      (#"\"id\":\"l1\""#, #"\"id\":\"l0\""#, "labels"),
      (#"\"id\":\"l1\""#, #"\"id\":7"#, "labels[1].id"),
      (#"\"threshold\":0.5"#, #"\"threshold\":0"#, "labels.l0.threshold"),
      (#"\"weight\":0.25"#, #"\"weight\":2"#, "combination[0].weight"),
      (#"\"offset\":-1"#, #"\"offset\":1e30"#, "combination[0].offset"),
      (#""bias":"#, #""bios":"#, "bias"),
      (#""F32""#, #""I32""#, "dtype"),
      (#""witan.format":"probe-1""#, #""witan.format":"probe-9""#, "witan.format"),
      (#""witan.probe":"#, #""witan.prob":"#, "witan.probe"),
    ])
  func damage(old: String, new: String, field: String) throws {
    let bytes = try TestProbe.make(units: 5, combined: true).bytes
    #expect {
      try ActivationProbe(bytes: edited(bytes, old, new))
    } throws: {
      ($0 as? WitanError)?.place.hasSuffix(field) ?? false
    }
  }

  @Test("weights that are not finite and slopes that turn the order round are refused")
  func values() throws {
    let probe = try TestProbe.make()
    for (place, change) in [
      ("output", { (w: inout ProbeWeights) in w.output[5] = .nan }),
      ("bias", { $0.bias[0] = .infinity }), ("calibration_slope", { $0.slope[2] = -1 }),
      ("calibration_offset", { $0.offset[1] = .nan }),
    ] {
      var weights = probe.weights
      change(&weights)
      let bytes = ActivationProbe(spec: probe.spec, weights: weights).bytes
      #expect {
        try ActivationProbe(bytes: bytes)
      } throws: {
        ($0 as? WitanError)?.code == .invalidValue && ($0 as? WitanError)?.place == place
      }
    }
  }

  @Test("cut or changed anywhere, a file is an error or a probe, never a crash")
  func random() throws {
    let bytes = try TestProbe.make(units: 5, combined: true).bytes
    for length in stride(from: 0, to: bytes.count, by: 13) {
      #expect(throws: WitanError.self) { try ActivationProbe(bytes: Array(bytes[..<length])) }
    }
    var random = SeededRandom(seed: 3, purpose: "damage")
    for _ in 0..<3000 {
      var damaged = bytes
      for _ in 0...random.below(3) { damaged[random.below(bytes.count)] = UInt8(random.below(256)) }
      guard let probe = try? ActivationProbe(bytes: damaged) else { continue }
      _ = TestProbe.logits(probe, TestProbe.states(2, probe.spec.dimensions))
    }
  }

  @Test("a probe is no text model, and a text model no probe: each error says what is what")
  func kinds() throws {
    #expect {
      try Classifier(bytes: TestProbe.make().bytes)
    } throws: {
      "\($0)".contains("is a probe of hidden states")
    }
    let model = ModelFile.encode(
      spec: TestModel.spec(.linear), weights: TestModel.weights(TestModel.spec(.linear)),
      metadata: [:])
    #expect {
      try ActivationProbe(bytes: model)
    } throws: {
      "\($0)".contains("witan train --activations")
    }
  }
}
