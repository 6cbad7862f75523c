import Foundation
import Testing
import Witan

/// A model file is untrusted input: whatever is in it, the answer is a model or an error that names
/// the field.
struct ModelFileTests {
  private let good = TestModel.bytes(labels: 3, log2Buckets: 8)

  /// The file with its header's text changed; its length is put right.
  private func edited(_ change: (inout String) -> Void) -> [UInt8] {
    let length = Int(good.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
    var header = String(decoding: good[8..<8 + length], as: UTF8.self)
    change(&header)
    return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + header.utf8
      + good[(8 + length)...]
  }

  private func message(_ bytes: [UInt8]) -> String {
    do {
      _ = try Classifier(bytes: bytes)
      return "no error"
    } catch { return error.description }
  }

  @Test("a written model reads back, and scores the same from a file and from memory")
  func roundTrip() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try Data(good).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let mapped = try Classifier(path: path)
    let copied = try Classifier(bytes: good)
    #expect(mapped.spec == copied.spec)
    #expect(mapped.metadata["witan.note"] == "test")
    #expect(mapped.score("a few words") == copied.score("a few words"))
  }

  @Test("a model whose data is not aligned scores the same")
  func unaligned() throws {
    let shifted = edited { $0 += " " }
    #expect(
      try Classifier(bytes: shifted).score("some words") == (try Classifier(bytes: good)).score("some words"))
  }

  @Test("every truncation is an error")
  func truncated() {
    for n in stride(from: 0, to: good.count, by: 7) {
      #expect(throws: WitanError.self, "\(n) bytes") { try Classifier(bytes: Array(good[..<n])) }
    }
    #expect(message([1, 2, 3]).contains("3 bytes cannot hold a header length"))
  }

  @Test(
    "a lying header gives an error that names the field",
    arguments: [
      ("\"I8\"", "\"I16\"", "table.dtype"),
      ("\"I8\"", "\"I64\"", "table.data_offsets"),
      ("\"I8\"", "\"U8\"", "table.dtype"),
      ("[256, 3]", "[256, 4]", "table.data_offsets"),
      ("[256, 3]", "[512, 3]", "table.data_offsets"),
      ("[256, 3]", "[-1, 3]", "table.shape"),
      ("[256, 3]", "[4294967296, 4294967296, 4294967296]", "table.shape"),
      ("[256, 3]", "[3, 256]", "table.shape"),
      ("[0, 768]", "[0, 99999999]", "table.data_offsets"),
      ("[0, 768]", "[768, 0]", "table.data_offsets"),
      ("[768, 780]", "[0, 12]", "data_offsets"),
      ("\"scale\"", "\"scald\"", "scale: is missing"),
      ("\\\"log2_buckets\\\":8", "\\\"log2_buckets\\\":99", "witan.spec.features.log2_buckets"),
      ("\\\"log2_buckets\\\":8", "\\\"log2_buckets\\\":9", "table.shape"),
      ("\\\"version\\\":1", "\\\"version\\\":2", "witan.spec.features.version"),
      ("\\\"task\\\":\\\"multi_label\\\"", "\\\"task\\\":\\\"poetry\\\"", "witan.spec.task"),
      ("\\\"threshold\\\":0.5", "\\\"threshold\\\":7", "threshold"),
      ("label-1", "label-0", "witan.spec.labels"),
      ("\"witan.format\":\"1\"", "\"witan.format\":\"9\"", "witan.format"),
      ("\"witan.format\":\"1\"", "\"other.format\":\"1\"", "witan.format"),
      ("\"witan.note\":\"test\"", "\"witan.note\":17", "__metadata__.witan.note"),
      ("{\"__metadata__\"", "[\"__metadata__\"", "header"),
    ])
  func lyingHeader(_ old: String, _ new: String, _ named: String) {
    let bytes = edited { header in
      #expect(header.contains(old), "the header has no \(old): \(header)")
      if let range = header.firstRange(of: old) { header.replaceSubrange(range, with: new) }
    }
    #expect(message(bytes).contains(named), "\(message(bytes))")
  }

  @Test("a header length beyond the file is an error that says so")
  func headerLength() {
    var bytes = good
    bytes.replaceSubrange(0..<8, with: [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
    #expect(message(bytes).contains("header length says 4294967295"))
  }

  @Test("numbers that are not finite are refused by name")
  func notFinite() {
    var bytes = good
    let scale = bytes.count - 64 - 4 * 12
    bytes.replaceSubrange(scale..<scale + 4, with: [0, 0, 0x80, 0x7F])
    #expect(message(bytes).contains("scale: holds a value that is not finite"))
  }

  @Test("random damage never crashes; WITAN_FUZZ_SECONDS makes it last longer")
  func fuzz() {
    let seconds = Double(ProcessInfo.processInfo.environment["WITAN_FUZZ_SECONDS"] ?? "") ?? 2
    let seed = UInt64(ProcessInfo.processInfo.environment["WITAN_FUZZ_SEED"] ?? "") ?? 1
    var random = SeededRandom(seed: seed)
    let end = Date(timeIntervalSinceNow: seconds)
    let header = Int(good.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }) + 8
    var loaded = 0
    var rounds = 0
    while Date() < end {
      var bytes = good
      for _ in 0...random.below(4) {
        let place = random.below(random.below(10) == 0 ? bytes.count : min(header, bytes.count))
        switch random.below(4) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(random.pick(Array("0123456789[]{},:\"-".utf8)), at: place)
        default: bytes[place] ^= 1 << UInt8(random.below(8))
        }
        // Often the header's length is put right, so that damage gets deeper.
        if random.below(2) == 0 {
          let length = UInt64(max(0, header - 8 + bytes.count - good.count))
          withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
        }
      }
      rounds += 1
      if let classifier = try? Classifier(bytes: bytes) {
        loaded += 1
        _ = classifier.score("the text to score")
      }
    }
    #expect(rounds > 100)
    #expect(loaded > 0, "damage never reached a loadable model: seed \(seed)")
  }

  @Test("a folder, an empty file and a missing file are errors that say what to do")
  func paths() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let empty = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    #expect(FileManager.default.createFile(atPath: empty, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: empty) }
    func message(_ path: String) -> String {
      do {
        _ = try Classifier(path: path)
        return ""
      } catch { return error.description }
    }
    #expect(message(folder).hasSuffix("is not a regular file; name a model file"))
    #expect(message(empty).hasSuffix("is empty; a model file is expected here"))
    #expect(message("/no/such/model").hasPrefix("/no/such/model: cannot be opened: No such file"))
  }

  @Test("a choice of two takes one column, and its probabilities sum to one")
  func binary() {
    let classifier = TestModel.classifier(labels: 2, task: .singleLabel)
    #expect(classifier.spec.width == 1)
    #expect(classifier.spec.outputs == 2)
    let p = classifier.score("some words").probabilities
    #expect(abs(p[0] + p[1] - 1) < 1e-6)
  }
}
