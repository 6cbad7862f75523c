import Foundation
import Testing
import Witan

import WitanTraining

/// Files of hidden states, as safetensors and as numpy writes them.
struct ActivationSetTests {
  /// A .npy file of this header and these values.
  private func npy(_ header: String, _ values: [UInt8], version: UInt8 = 1) -> [UInt8] {
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]
    if version == 1 {
      withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { bytes += $0 }
    } else {
      withUnsafeBytes(of: UInt32(header.utf8.count).littleEndian) { bytes += $0 }
    }
    return bytes + header.utf8 + values
  }

  private func read(_ bytes: [UInt8]) throws -> (Safetensors.ElementType, [Int], [UInt8]) {
    try bytes.withUnsafeBytes {
      let array = try NumpyArray($0)
      return (array.type, array.shape, Array(array.bytes))
    }
  }

  private let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"

  @Test("versions 1 to 3, spaces and line breaks after the header", arguments: [UInt8(1), 2, 3])
  func versions(_ version: UInt8) throws {
    let values = [UInt8](0..<24)
    let (type, shape, bytes) = try read(npy(header + "      \n", values, version: version))
    #expect(type == .f32 && shape == [2, 3] && bytes == values)
  }

  @Test(
    "types and shapes",
    arguments: [
      ("<f2", "(3,)", Safetensors.ElementType.f16, [3], 6), ("<V2", "(1, 3)", .bf16, [1, 3], 6),
      ("<i8", "(2,)", .i64, [2], 16), ("|u1", "(0,)", .u8, [0], 0), ("<f8", "()", .f64, [], 8),
    ])
  func types(descr: String, shape: String, type: Safetensors.ElementType, sizes: [Int], count: Int) throws {
    let found = try read(
      npy(
        "{'shape': \(shape), 'descr': \"\(descr)\", 'fortran_order': False}",
        [UInt8](repeating: 1, count: count)))
    #expect(found.0 == type && found.1 == sizes && found.2.count == count)
  }

  @Test(
    "a header that cannot be read is refused by field",
    arguments: [
      ("'<f4'", "'>f4'", "descr"), ("'<f4'", "'O'", "descr"), ("'<f4'", "4", "header"),
      ("'descr'", "'desc'", "descr"), ("False", "True", "fortran_order"), ("False", "'x'", "fortran_order"),
      ("(2, 3)", "(2, 4)", "shape"), ("(2, 3)", "(-2, 3)", "header"), ("(2, 3)", "(2; 3)", "header"),
      ("(2, 3)", "(9223372036854775807, 9)", "shape"), ("(2, 3)", "(99999999999999999999,)", "header"),
      ("(2, 3)", "'(2, 3)'", "shape"), ("{", "", "header"), ("}", "", "header"), ("}", "} x", "header"),
      ("'shape'", "'descr'", "descr"),
    ])
  func damage(old: String, new: String, field: String) {
    let bytes = npy(header.replacingOccurrences(of: old, with: new), [UInt8](0..<24))
    #expect {
      try read(bytes)
    } throws: {
      ($0 as? WitanError)?.place == field
    }
  }

  @Test("cut or changed anywhere, an array is an error or an array, never a crash")
  func random() {
    let bytes = npy(header, [UInt8](0..<24))
    for length in 0..<bytes.count { #expect(throws: WitanError.self) { try read(Array(bytes[..<length])) } }
    #expect(throws: WitanError.self) { try read(npy(header, [], version: 9)) }
    var random = SeededRandom(seed: 1, purpose: "npy")
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0...random.below(3) { damaged[random.below(bytes.count)] = UInt8(random.below(256)) }
      _ = try? read(damaged)
    }
  }

  @Test("one file of safetensors and three of numpy are the same set")
  func sameSet() throws {
    let states = (0..<12).map { Float($0) }
    let labels: [Float] = [0, 1]
    typealias A = TestActivations
    let tensors = [
      A.f32("activations", states, [4, 3]), A.i64("offsets", [0, 1, 4]), A.f32("labels", labels, [2, 1]),
    ]
    let one = try A.set(tensors, labels: #"["bad"]"#)
    #expect(one.labels == ["bad"] && one.count == 2 && one.tokens == 4 && one.dimensions == 3)
    let three = try withFile(npy("{'descr':'<f4','fortran_order':False,'shape':(4,3)}", tensors[0].bytes)) {
      a in
      try withFile(npy("{'descr':'<i8','fortran_order':False,'shape':(3,)}", tensors[1].bytes)) { b in
        try withFile(npy("{'descr':'<f4','fortran_order':False,'shape':(2,)}", tensors[2].bytes)) { c in
          try ActivationSet(path: a, offsets: b, labels: c, names: ["bad"])
        }
      }
    }
    #expect(three.digest == one.digest && three.offsets == one.offsets && three.labels == one.labels)
    try withFile(A.file(tensors)) { #expect(try ActivationSet(path: $0).labels == ["label-0"]) }
  }

  @Test("sets that do not fit together are refused by field")
  func errors() throws {
    typealias A = TestActivations
    let states = A.f32("activations", (0..<12).map { Float($0) }, [4, 3])
    let (offsets, labels) = (A.i64("offsets", [0, 1, 4]), A.f32("labels", [0, 1], [2, 1]))
    func fails(_ tensors: [A.Tensor], _ field: String, names: String? = nil) throws {
      #expect {
        try A.set(tensors, labels: names)
      } throws: {
        ($0 as? WitanError)?.place.hasSuffix("a.safetensors: " + field) ?? false
      }
    }
    try fails([offsets, labels], "activations")
    try fails([states, labels], "offsets")
    try fails([states, offsets], "labels")
    try fails([A.f32("activations", [1], [1]), offsets, labels], "activations")
    for bad in [[0, 1], [1, 4], [0, 5], [0, 4, 4], [0, 2, 1, 4], [-1, 4], [0]] {
      try fails([states, A.i64("offsets", bad), labels], "offsets")
    }
    try fails([states, A.f32("offsets", [0, 1, 4], [3]), labels], "offsets")
    try fails([states, offsets, A.f32("labels", [0, 1, 1], [3, 1])], "labels")
    try fails([states, offsets, A.f32("labels", [0, 2], [2, 1])], "labels")
    try fails([states, offsets, A.f32("labels", [0, .nan], [2, 1])], "labels")
    try fails([states, offsets, labels], "labels", names: #"["a", "b"]"#)
    try fails([states, offsets, labels], "__metadata__.labels", names: "[1]")
    try withFile(npy(header, [UInt8](repeating: 0, count: 24))) { path in
      #expect {
        try ActivationSet(path: path)
      } throws: {
        "\($0)".contains("give offsets and labels too")
      }
    }
  }
}
