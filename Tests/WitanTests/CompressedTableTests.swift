import CAllocationCounter
import Testing
import Witan

/// Compressed tables keep the promises of streams, and their files are no more trusted than others.
@Suite(.serialized) struct CompressedTableTests {
  private func bits(_ stream: ScoringStream) -> [UInt32] { stream.read().map(\.bitPattern) }

  private func scores(_ classifier: Classifier, _ chunks: [[UInt8]]) -> [UInt32] {
    let stream = classifier.makeStream()
    for chunk in chunks { stream.push(chunk) }
    stream.finish()
    return bits(stream)
  }

  @Test("a compressed table scores as the int8 table that it stands for, on every backend")
  func plainReference() throws {
    var random = SeededRandom(seed: 21)
    for form in CompressedModel.forms {
      for isWeighted in [false, true] {
        for labels in [1, 2, 10, 33] {
          let model = try CompressedModel(
            labels: labels, bits: form.bits, isPruned: form.isPruned, isWeighted: isWeighted)
          let compressed = try Classifier(bytes: model.bytes)
          let plain = try Classifier(bytes: model.plain())
          KernelTests.withEveryBackend { backend in
            for _ in 0..<10 {
              let text = TestModel.randomText(&random, length: 1 + random.below(2000))
              #expect(
                scores(compressed, [text]) == scores(plain, [text]),
                "\(backend), \(form), weighted \(isWeighted), \(labels) labels")
            }
          }
        }
      }
    }
  }

  @Test("chunks, forks and saved states of compressed models leave no trace in the scores")
  func streams() throws {
    var random = SeededRandom(seed: 22)
    for form in CompressedModel.forms {
      let model = try CompressedModel(bits: form.bits, isPruned: form.isPruned, isWeighted: true)
      let classifier = try Classifier(bytes: model.bytes)
      for _ in 0..<30 {
        let text = TestModel.randomText(&random, length: 1 + random.below(600))
        let whole = scores(classifier, [text])
        #expect(scores(classifier, text.map { [$0] }) == whole)
        let cut = random.below(text.count)
        let first = classifier.makeStream()
        first.push(Array(text[..<cut]))
        _ = first.read()
        let resumed = classifier.makeStream()
        try resumed.resume(first.save())
        for stream in [first.fork(), resumed, first] {
          stream.push(Array(text[cut...]))
          stream.finish()
          #expect(bits(stream) == whole, "\(form), cut at \(cut)")
        }
      }
    }
  }

  @Test("nothing is allocated per chunk")
  func memory() throws {
    let text = Array("Streams hold a few kilobytes, 日本語 included. ".utf8)
    for form in CompressedModel.forms {
      let model = try CompressedModel(bits: form.bits, isPruned: form.isPruned, isWeighted: true)
      let stream = try Classifier(bytes: model.bytes).makeStream()
      func pushAll() {
        text.withUnsafeBufferPointer { bytes in
          for start in stride(from: 0, to: bytes.count, by: 5) {
            stream.push(UnsafeBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 5)]))
            _ = stream.read()
          }
        }
      }
      pushAll()
      witan_allocations_start()
      let counts = Array(repeating: 0, count: 100)  // the counter sees this one
      for _ in 0..<200 { pushAll() }
      let allocations = witan_allocations_stop()
      #expect(counts.count == 100)
      #expect(allocations == 1 || allocations == -1, "\(form)")
    }
  }

  @Test("the contributions of words add up as in the int8 table")
  func explanation() throws {
    for form in CompressedModel.forms {
      let model = try CompressedModel(bits: form.bits, isPruned: form.isPruned, isWeighted: true)
      let text = Array("which words moved this output".utf8)
      #expect(
        try Classifier(bytes: model.bytes).explain(text, output: 3)
          == Classifier(bytes: model.plain()).explain(text, output: 3))
    }
  }

  @Test("a file that lies about its table is refused by the name of the field")
  func refusals() throws {
    let good = try CompressedModel(bits: 4, isPruned: true, isWeighted: true, log2Buckets: 8)
    func message(_ change: (inout ModelWeights) -> Void = { _ in }, edit: [(String, String)] = []) -> String {
      var weights = good.weights
      change(&weights)
      var bytes = ModelFile.encode(spec: good.spec, weights: weights, metadata: [:])
      for (old, new) in edit { bytes = replaced(bytes, old, new) }
      do {
        _ = try Classifier(bytes: bytes)
        return "no error"
      } catch { return error.description }
    }
    let rows = good.spec.table.keptRows!
    #expect(message() == "no error")
    #expect(
      message({ $0.kept[3] ^= 16 }).hasPrefix("kept: has \(rows + 1) bits set, but the table \(rows) rows")
        || message({ $0.kept[3] ^= 16 }).hasPrefix(
          "kept: has \(rows - 1) bits set, but the table \(rows) rows")
    )
    #expect(message({ $0.kept.removeLast() }).hasPrefix("kept.shape: is [31], but the spec needs [32]"))
    #expect(message({ $0.kept = [] }).hasPrefix("kept"))
    #expect(message({ $0.squares = [] }).hasPrefix("squares: is missing"))
    let spec = "__metadata__.witan.spec."
    #expect(
      message(edit: [(#"\"bits\":4"#, #"\"bits\":5"#)]).hasPrefix(spec + "table.bits: 5 is neither 8 nor 4"))
    #expect(message(edit: [(#"\"bits\":4"#, #"\"bitz\":4"#)]).hasPrefix(spec + "table.bits: is missing"))
    #expect(message(edit: [(#"\"bits\":4"#, #"\"bits\":8"#)]).hasPrefix("table.dtype: is U8, not I8"))
    for (value, field) in [
      ("0", "table.rows: 0 is below 1"), ("-1", "table.rows: -1 is below 1"),
      ("257", "table.rows: is above the 256 buckets"), ("1.5", "table.rows: is missing or of the wrong type"),
    ] {
      #expect(message(edit: [(#"\"rows\":\#(rows)"#, #"\"rows\":\#(value)"#)]).hasPrefix(spec + field))
    }
    #expect(message(edit: [(#"\"rows\":\#(rows)"#, #"\"rows\":\#(rows - 1)"#)]).hasPrefix("table.shape"))
  }

  @Test("random damage never crashes")
  func damage() throws {
    var random = SeededRandom(seed: 23)
    for form in CompressedModel.forms {
      let good = try CompressedModel(
        labels: 3, bits: form.bits, isPruned: form.isPruned, isWeighted: true, log2Buckets: 8
      ).bytes
      for _ in 0..<2000 {
        var bytes = good
        for _ in 0...random.below(3) {
          bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        }
        _ = try? Classifier(bytes: bytes).score("the text to score")
      }
    }
  }

  /// The file with a text in its header replaced; its length is put right.
  private func replaced(_ bytes: [UInt8], _ old: String, _ new: String) -> [UInt8] {
    let length = Int(bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
    var header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    guard let range = header.firstRange(of: old) else { return [] }
    header.replaceSubrange(range, with: new)
    return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + header.utf8
      + bytes[(8 + length)...]
  }
}
