import Foundation
import Testing
import Witan

/// A fastText file is untrusted input: whatever is in it, the answer is a model or an error that names
/// the field.
struct FastTextFormatTests {
  private static let quantized: FastTextFile = {
    var file = FastTextFile()
    (file.bucket, file.wordNgrams, file.minn, file.maxn, file.loss) = (9, 2, 2, 3, 1)
    file.pruned = [(3, 0), (7, 1)]
    file.input = .quantized(
      codes: (0..<5).map { [UInt8($0 * 50), UInt8(200 - $0 * 40), 100] }, hasLengths: true)
    file.output = .quantized(codes: [[1, 2, 3], [200, 100, 50]], hasLengths: true)
    return file
  }()

  /// A dense and a quantised file, and what each is converted to.
  private static let good: [[UInt8]] = {
    let own = [FastTextFile().bytes, quantized.bytes]
    return own
      + own.flatMap { bytes in
        [false, true].map {
          try! FastTextConversion(FastTextModel(bytes: bytes), keepingFloats: $0).bytes
        }
      }
  }()

  private func message(_ bytes: [UInt8]) -> String {
    do {
      let model = try FastTextModel(bytes: bytes)
      return "no error; \(model.predict("red blue green", k: 9).count) labels"
    } catch { return error.description }
  }

  @Test("the files that are damaged below are good")
  func undamaged() {
    for bytes in Self.good { #expect(message(bytes) == "no error; 2 labels") }
  }

  @Test("every truncation is an error, at every byte", arguments: 0..<6)
  func truncated(_ index: Int) {
    let bytes = Self.good[index]
    for n in 0..<bytes.count {
      let said = message(Array(bytes[..<n]))
      #expect(!said.hasPrefix("no error"), "\(n) bytes")
      #expect(said.count > 10)
    }
  }

  @Test("a changed byte never crashes, and random damage neither", arguments: 0..<6)
  func flipped(_ index: Int) {
    let good = Self.good[index]
    for at in good.indices {
      for value in [good[at] ^ 1, good[at] ^ 0x80, 0, 0x7F, 0xFF] {
        var bytes = good
        bytes[at] = value
        _ = message(bytes)
      }
    }
    var random = SeededRandom(seed: UInt64(index))
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0...random.below(6) {
        let at = random.below(min(bytes.count, 400))
        switch random.below(3) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
        }
      }
      _ = message(bytes)
    }
  }

  @Test("a wrong field gives an error that names it")
  func fields() {
    func says(_ part: String, _ line: Int = #line, _ change: (inout FastTextFile) -> Void) {
      var file = FastTextFile()
      change(&file)
      #expect(message(file.bytes).contains(part), "line \(line): \(message(file.bytes))")
    }
    says("neither a fastText model nor a converted one") { $0.magic = 7 }
    says("version: is 13; this program reads fastText's versions up to 12") { $0.version = 13 }
    says("dim: is 0, not at least 1") { $0.dim = 0 }
    says("columns: is 2, but dim is 3") { $0.dim = 3 }
    says("wordNgrams: is 1000, not in 0...128") { $0.wordNgrams = 1000 }
    says("minn: is -1") { $0.minn = -1 }
    says("maxn: is -2") { $0.maxn = -2 }
    says("bucket: is 0, but n-grams need at least 1") { $0.maxn = 3 }
    says("loss: is 9") { $0.loss = 9 }
    says("model: is a cbow model: word vectors without labels. Train a classifier") { $0.model = 1 }
    says("model: is a skipgram model") { $0.model = 2 }
    says("model: is 4, which is no kind") { $0.model = 4 }
    says("dictionary.size: is 7, but there are 3 words and 2 labels") { $0.size = 7 }
    says("dictionary.words[3].type: is 0, but words come first") { $0.labelType = 0 }
    says("dictionary: names 'red' twice") { $0.words[2] = Array("red".utf8) }
    says("nlabels: is 0") { ($0.labels, $0.counts) = ([], []) }
    says("input.rows: is 2, but 3 words and 0 buckets need more") { $0.input = .floats([[0, 0], [1, 1]]) }
    says("input.rows: is 3, but 3 words and 8 buckets need more") { $0.bucket = 8 }
    says("output.rows: is 1, but there are 2 labels") { $0.output = .floats([[0, 0]]) }
    says("pruneidx_size: a pruned dictionary goes with a quantised matrix only") { $0.pruned = [] }
    says("names a row past the 3 of the input matrix") {
      $0.pruned = [(0, 0)]
      $0.input = .quantized(codes: [[1, 1], [1, 1], [1, 1]], hasLengths: false)
    }
    says("1 bytes follow the output matrix") { $0.tail = [0] }
    says("is no count that makes a tree") { ($0.loss, $0.counts) = (1, [1 << 60, 1 << 60]) }
    says("is no count that makes a tree") { ($0.loss, $0.counts) = (1, [-1, 1]) }
  }

  @Test("a wrong field of a converted file gives an error that names it")
  func convertedFields() {
    typealias Tensor = (name: String, type: Safetensors.ElementType, shape: [Int], bytes: [UInt8])
    func int32s(_ values: [Int32]) -> [UInt8] {
      values.flatMap { x in withUnsafeBytes(of: x.littleEndian) { Array($0) } }
    }
    let words = Array("red\0blue\0__label__warm\0__label__cold\0".utf8)
    let good: [String: Tensor] = [
      "rows": ("rows", .i8, [1, 2], [4, 4]), "scale": ("scale", .f32, [1], int32s([0x3F80_0000])),
      "places": ("places", .i32, [2], int32s([0, -1])),
      "output": ("output", .f32, [2, 2], int32s([1, 2, 3, 4])),
      "dictionary": ("dictionary", .u8, [words.count], words),
    ]
    func says(
      _ part: String, _ name: String = "", _ changed: Tensor? = nil, _ arguments: (String, String) = ("", ""),
      _ line: Int = #line
    ) {
      var tensors = good
      if !name.isEmpty { tensors[name] = changed }
      let json = #"{"dim":2,"loss":"hs","wordNgrams":1,"bucket":0,"minn":0,"maxn":0,"label_counts":[1,1]}"#
        .replacingOccurrences(of: arguments.0, with: arguments.1)
      let bytes = Safetensors.encode(
        metadata: ["witan.format": "fasttext-1", "witan.arguments": json],
        tensors: tensors.values.sorted { $0.name < $1.name })
      #expect(message(bytes).contains(part), "line \(line): \(message(bytes))")
    }
    says("no error; 2 labels")
    says("rows: is missing", "rows")
    says("rows: is missing, or not of rows of 2", "rows", ("rows", .i8, [2, 1], [4, 4]))
    says("rows.dtype: is U8", "rows", ("rows", .u8, [1, 2], [4, 4]))
    says("rows: is empty", "rows", ("rows", .i8, [0, 2], []))
    says("scale: is missing", "scale")
    says("scale: is F32 [0], not F32 [1]", "scale", ("scale", .f32, [0], []))
    says("places: names row 1 of 1", "places", ("places", .i32, [2], int32s([0, 1])))
    says("places: names row -2 of 1", "places", ("places", .i32, [2], int32s([-2, 0])))
    says("input.rows: is 1, but 2 words", "places", ("places", .i32, [1], int32s([0])))
    says("output: is missing", "output")
    says("output: is F32 [1, 4], not F32 [2, 2]", "output", ("output", .f32, [1, 4], int32s([1, 2, 3, 4])))
    says("dictionary: is missing", "dictionary")
    says("dictionary: is not closed", "dictionary", ("dictionary", .u8, [3], [1, 0, 1]))
    says("has 1 entries, but there are 2 labels", "dictionary", ("dictionary", .u8, [2], [1, 0]))
    says("pruned: is not I32 [n, 2]", "pruned", ("pruned", .i32, [1], int32s([0])))
    says("names a row past the 2", "pruned", ("pruned", .i32, [1, 2], int32s([0, 0])))
    says("witan.arguments.loss: is missing or not one of", "", nil, ("hs", "chaos"))
    says("witan.arguments.dim: is missing", "", nil, ("dim", "dam"))
    says("witan.arguments.dim: is -2", "", nil, (":2", ":-2"))
    says("label_counts: is missing", "", nil, ("[1,1]", "[1,null]"))
    says("is no count that makes a tree", "", nil, ("[1,1]", "[1,-1]"))
    says("nlabels: is 0", "", nil, ("[1,1]", "[]"))
  }

  @Test("version 11 is read without subwords, as fastText does")
  func oldVersion() throws {
    var file = FastTextFile()
    (file.version, file.maxn) = (11, 4)
    let model = try FastTextModel(bytes: file.bytes)
    #expect(model.arguments.longestSubword == 0)
    #expect(model.predict("red").map(\.label) == ["warm"])
  }

  @Test("a converted model scores as its source: floats exactly, bytes to a step of each row")
  func conversion() throws {
    for bytes in [FastTextFile().bytes, Self.quantized.bytes] {
      let source = try FastTextModel(bytes: bytes)
      for isFloat in [true, false] {
        let conversion = try FastTextConversion(source, keepingFloats: isFloat)
        let result = try FastTextModel(bytes: conversion.bytes)
        #expect(result.labels == source.labels)
        #expect(result.arguments == source.arguments)
        for text in ["", "red", "blue red", "green reddish"] {
          let (p, q) = (source.predict(text, k: 2), result.predict(text, k: 2))
          #expect(p.map(\.label) == q.map(\.label))
          for (a, b) in zip(p, q) { #expect(abs(a.probability - b.probability) <= (isFloat ? 0 : 0.01)) }
        }
        #expect(try FastTextConversion(result, keepingFloats: isFloat).bytes == conversion.bytes)
      }
    }
  }

  @Test("rows of zeros are left out and still count in the mean")
  func droppedRows() throws {
    let source = try FastTextModel(bytes: FastTextFile().bytes)  // the end's row is zero
    let conversion = try FastTextConversion(source)
    #expect((conversion.rowCount, conversion.droppedRows) == (3, 1))
    let result = try FastTextModel(bytes: conversion.bytes)
    #expect(abs(source.predict("red")[0].probability - result.predict("red")[0].probability) < 1e-6)
  }

  @Test("openModel tells the kinds apart, and a classifier's error says which it is")
  func opening() throws {
    func opened(_ bytes: [UInt8]) throws -> any TextModel {
      let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      return try openModel(path: path)
    }
    for bytes in Self.good { #expect(try opened(bytes) is FastTextModel) }
    #expect(try opened(TestModel.bytes()) is Classifier)
    for bytes in Self.good {
      let error = #expect(throws: WitanError.self) { try Classifier(bytes: bytes) }
      #expect(error?.message.contains("is a fastText model") == true)
    }
    let own = #expect(throws: WitanError.self) { try FastTextModel(bytes: TestModel.bytes()) }
    #expect(own?.message == "is '1', not 'fasttext-1'")
  }
}
