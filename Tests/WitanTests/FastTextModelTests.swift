import CAllocationCounter
import Foundation
import Testing
import Witan

/// What a fastText model says of a text, worked out by hand on models of two dimensions.
@Suite(.serialized) struct FastTextModelTests {
  private func model(_ change: (inout FastTextFile) -> Void = { _ in }) throws -> FastTextModel {
    var file = FastTextFile()
    change(&file)
    return try FastTextModel(bytes: file.bytes)
  }

  private func warm(_ model: FastTextModel, _ text: String) throws -> Double {
    Double(try #require(model.predict(text, k: 2).first { $0.label == "warm" }).probability)
  }

  @Test("softmax of the mean of the words and the end of the line")
  func softmax() throws {
    let model = try model()
    #expect(model.labels.map(\.id) == ["warm", "cold"])
    // red: mean (4 + 0) / 2 of (4, 0) and the end.
    #expect(abs(try warm(model, "red") - 1 / (1 + exp(-2)) - 1e-5) < 1e-6)
    #expect(abs(try warm(model, "red blue") - 0.50001) < 1e-6)
    #expect(abs(try warm(model, "red\tred  blue\u{B}") - 1 / (1 + exp(-1)) - 1e-5) < 1e-6)
    #expect(abs(try warm(model, "") - 0.50001) < 1e-6)
    #expect(abs(try warm(model, "unknown") - 0.50001) < 1e-6)
    #expect(model.predict("red").map(\.label) == ["warm"])
    #expect(model.predict("red", k: 2, threshold: 0.4).count == 1)
    #expect(model.predict("red", k: 0).isEmpty)
  }

  @Test("a label in the text is passed over, a line break is white space, </s> ends the text")
  func reading() throws {
    let model = try model()
    #expect(try warm(model, "__label__cold red __label__unknown") == warm(model, "red"))
    #expect(try warm(model, "red\nblue\r\n") == warm(model, "red blue"))
    #expect(try warm(model, "red </s> blue blue") == warm(model, "red"))
    #expect(model.predict([0xFF, 0x20, 0xC3]).count == 1)
  }

  @Test("without a known word and without a row for the end there is no prediction")
  func nothing() throws {
    let model = try model {
      $0.words.removeFirst()
      $0.input = .floats([[4, 0], [0, 4]])
    }
    #expect(model.predict("green").isEmpty)
    #expect(model.predict("red").map(\.label) == ["warm"])
    let stream = model.makeStream()
    #expect(Array(stream.read()) == [0, 0])
  }

  @Test("labels keep their mark when one has another, or nothing behind it")
  func labelNames() throws {
    #expect(
      try model { $0.labels[1] = Array("#cold".utf8) }.labels.map(\.id) == ["__label__warm", "#cold"])
    #expect(
      try model { $0.labels[1] = Array("__label__".utf8) }.labels.map(\.id)
        == ["__label__warm", "__label__"])
  }

  @Test("sigmoids of one-vs-all and negative sampling come from fastText's table", arguments: [2, 4])
  func sigmoids(_ loss: Int32) throws {
    let model = try model { $0.loss = loss }
    #expect(model.task == (loss == 4 ? .multiLabel : .singleLabel))
    // Scores 2 and 0 stand at steps of the table: (x + 8) * 32 is whole.
    let p = model.predict("red", k: 2)
    #expect(p.map(\.label) == ["warm", "cold"])
    #expect(abs(Double(p[0].probability) - 1 / (1 + exp(-2)) - 1e-5) < 1e-6)
    #expect(abs(Double(p[1].probability) - 0.50001) < 1e-6)
    let steep = try self.model {
      $0.loss = loss
      $0.output = .floats([[5, 0], [-5, 0]])
    }
    #expect(steep.predict("red", k: 2).map(\.probability).map { ($0 * 1e5).rounded() } == [100_001, 1])
  }

  @Test("hierarchical softmax multiplies along the tree")
  func hierarchical() throws {
    let model = try model {
      $0.loss = 1
      $0.labels.append(Array("__label__mild".utf8))
      $0.counts = [5, 3, 2]
      $0.output = .floats([[1, 0], [0.5, 1], [9, 9]])
    }
    // The rarest two are joined first, mild to the left; then that pair (5) against warm (5): warm's
    // count is not below the pair's, so the pair is left.
    let first = 1 / (1 + exp(-2.0))  // node 0, of mild and cold: product 2 with (2, 0)
    let second = 1 / (1 + exp(-1.0))  // node 1, the root: product 1
    let p = Dictionary(
      uniqueKeysWithValues: model.predict("red", k: 3).map { ($0.label, Double($0.probability)) })
    #expect(abs(try #require(p["warm"]) - second) < 1e-4)
    #expect(abs(try #require(p["cold"]) - (1 - second) * first) < 1e-4)
    #expect(abs(try #require(p["mild"]) - (1 - second) * (1 - first)) < 1e-4)
    let stream = model.makeStream()
    stream.push("red")
    stream.finish()
    for (label, x) in zip(model.labels, stream.read()) { #expect(abs(Double(x) - p[label.id]!) < 1e-6) }
  }

  @Test("quantised rows are centroids times lengths")
  func quantized() throws {
    let codes: [[UInt8]] = [[128, 128, 128], [192, 128, 64], [128, 192, 128]]
    let plain = try model { $0.input = .quantized(codes: codes, hasLengths: false) }
    #expect(abs(try warm(plain, "red") - 1 / (1 + exp(-2)) - 1e-5) < 1e-6)  // 64 / 16, halved
    let scaled = try model {
      $0.input = .quantized(codes: codes, hasLengths: true)
      $0.output = .quantized(codes: [[144, 128], [128, 144]], hasLengths: false)
    }
    #expect(abs(try warm(scaled, "red") - 1 / (1 + exp(-1)) - 1e-5) < 1e-6)  // length one half
  }

  @Test("a pruned bucket adds nothing, a kept one its row; subwords are of the marked word")
  func pruned() throws {
    // With one bucket every subword falls into it.
    func subwords(_ pruned: [(Int32, Int32)]) throws -> FastTextModel {
      try model {
        (($0.bucket, $0.minn), $0.maxn) = ((1, 5), 5)
        $0.pruned = pruned
        $0.input = .quantized(
          codes: [[128, 128], [128, 128], [128, 128], [192, 128]], hasLengths: false)
      }
    }
    #expect(abs(try warm(subwords([]), "red") - 0.50001) < 1e-6)
    // <red> is the one subword: rows of red, <red>, the end.
    #expect(abs(try warm(subwords([(0, 0)]), "red") - 1 / (1 + exp(-4.0 / 3)) - 1e-5) < 1e-6)
    // Characters count, not bytes: <ééé> has five.
    #expect(abs(try warm(subwords([(0, 0)]), "ééé") - 1 / (1 + exp(-4.0 / 2)) - 1e-5) < 1e-6)
  }

  @Test("any split of the bytes gives the same scores, bit for bit; nothing is allocated")
  func stream() throws {
    let model = try model {
      ($0.wordNgrams, $0.bucket, $0.minn, $0.maxn) = (3, 5, 2, 3)
      $0.input = .floats((0..<8).map { [Float($0) * 0.3 - 1, Float($0 * $0 % 7) * 0.2] })
    }
    let text = Array("red blué </ green\n__label__x red blue".utf8)
    let stream = model.makeStream()
    func scores(_ step: Int) -> [UInt32] {
      stream.reset()
      for start in stride(from: 0, to: text.count, by: step) {
        stream.push(Array(text[start..<min(text.count, start + step)]))
        _ = stream.read()
      }
      stream.finish()
      return stream.read().map(\.bitPattern)
    }
    let whole = scores(text.count)
    for step in 1..<text.count { #expect(scores(step) == whole, "chunks of \(step)") }
    witan_allocations_start()
    let counts = Array(repeating: 0, count: 100)  // the counter sees this one
    for _ in 0..<100 {
      stream.reset()
      text.withUnsafeBufferPointer(stream.push)
      stream.finish()
      _ = stream.read()
    }
    let allocations = witan_allocations_stop()
    #expect(counts.count == 100)
    #expect(allocations == 1 || allocations == -1)
  }

  @Test("an open word counts when it is closed")
  func openWord() throws {
    let model = try model()
    let stream = model.makeStream()
    func warm() -> Double { Double(stream.read()[0]) }
    stream.push("red re")
    #expect(try abs(warm() - self.warm(model, "red")) < 1e-6)
    stream.push("d ")
    #expect(try abs(warm() - self.warm(model, "red red")) < 1e-6)
    stream.push("bl")
    stream.push("ue")
    stream.finish()
    #expect(try abs(warm() - self.warm(model, "red red blue")) < 1e-6)
  }

  @Test("words longer than the first buffer, and more runs than wait, are read to the end")
  func long() throws {
    let model = try model {
      ($0.wordNgrams, $0.bucket, $0.minn, $0.maxn) = (2, 1, 1, 2)
      $0.input = .floats([[0, 0], [0, 0], [0, 0], [1, 0]])
    }
    #expect(try warm(model, String(repeating: "x", count: 100_000)) > 0.7)
    #expect(try warm(model, String(repeating: "x ", count: 50_000)) > 0.7)
  }

  @Test("weights that are not numbers give probabilities of 0, not a crash", arguments: 1...4)
  func notNumbers(_ loss: Int32) throws {
    let model = try model {
      $0.loss = loss
      $0.input = .floats([[.nan, 0], [.infinity, 1], [-.infinity, .signalingNaN]])
    }
    for text in ["", "red", "blue", "red blue"] {
      #expect(model.predict(text, k: 2).allSatisfy { $0.probability >= 0 && $0.probability < 1.1 })
    }
  }
}
