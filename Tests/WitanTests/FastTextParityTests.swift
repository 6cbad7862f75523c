import Foundation
import Testing
import Witan

/// Predictions against those of the program `fasttext`, on models that it trains here.
@Suite(
  .serialized,
  .enabled(if: FastTextProgram.path != nil, "the program fasttext is not installed; nothing to compare with"))
struct FastTextParityTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-fasttext-\(UUID().uuidString)")

  private func train(_ name: String, labels: Int, lines: Int, _ options: [String]) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = FastTextProgram.trainingText(labels: labels, lines: lines)
    try Data(text.utf8).write(to: folder.appendingPathComponent("train.txt"))
    try FastTextProgram.run(
      ["supervised", "-input", "train.txt", "-output", name, "-thread", "1", "-lr", "0.5"] + options,
      in: folder)
  }

  /// Compares the `k` best labels of all texts. `isExact`: equal probabilities must be in the same
  /// order too; else the C library's exponential may decide.
  private func compare(_ file: String, k: Int, isExact: Bool) throws {
    let texts = FastTextProgram.texts
    var lines: [UInt8] = []
    for text in texts { lines += text + (text.suffix(4) == Array("</s>".utf8) ? [] : [0x0A]) }
    try Data(lines).write(to: folder.appendingPathComponent("lines.txt"))
    let printed = try FastTextProgram.run(["predict-prob", file, "lines.txt", "\(k)"], in: folder)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    try #require(printed.count == texts.count)
    let model = try FastTextModel(path: folder.appendingPathComponent(file).path)
    let stream = model.makeStream()
    for (text, line) in zip(texts, printed) {
      let fields = line.split(separator: " ")
      let expected = stride(from: 0, to: fields.count, by: 2).map {
        (label: String(fields[$0].dropFirst("__label__".count)), probability: Float(fields[$0 + 1])!)
      }
      let found = model.predict(text, k: k)
      let what = Comment(rawValue: "\(file), k \(k): \(String(decoding: text.prefix(60), as: UTF8.self))")
      try #require(found.count == expected.count, what)
      stream.reset()
      stream.push(text)
      stream.finish()
      let all = Dictionary(uniqueKeysWithValues: zip(model.labels.map(\.id), stream.read()))
      for (f, e) in zip(found, expected) {
        #expect(abs(f.probability - e.probability) < 1e-4, what)
        #expect(f.label == e.label || (!isExact && abs(f.probability - e.probability) < 1e-6), what)
        #expect(abs(try #require(all[f.label]) - f.probability) < 2e-5, what)
      }
    }
  }

  @Test(
    "trained models: every loss, word n-grams of 1 to 3, with and without subwords",
    arguments: FastTextLoss.allCases, [1, 2, 3])
  func trained(_ loss: FastTextLoss, _ wordNgrams: Int) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let subwords = [["0", "0"], ["2", "4"]] + (wordNgrams == 1 ? [["1", "3"]] : [])
    for subwords in subwords {
      try train(
        "m", labels: 9, lines: 300,
        [
          "-loss", loss.rawValue, "-wordNgrams", "\(wordNgrams)", "-minn", subwords[0], "-maxn",
          subwords[1], "-bucket", "3000", "-dim", "10",
        ])
      let isExact = loss == .oneVersusAll || loss == .negativeSampling
      for k in [1, 3, 9] { try compare("m.bin", k: k, isExact: isExact) }
    }
  }

  @Test(
    "quantised models: lengths, output, cutoff, retraining, wide parts",
    arguments: [
      "", "-qnorm", "-qout", "-qnorm -qout", "-cutoff 500", "-cutoff 500 -qnorm -retrain -epoch 1",
      "-cutoff 400 -qout -dsub 3", "-qnorm -dsub 4",
    ])
  func quantized(_ options: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for loss in ["softmax", "hs", "ova"] {
      // A quantised output needs 256 labels.
      try train(
        "z", labels: 260, lines: 1040,
        ["-loss", loss, "-wordNgrams", "2", "-minn", "2", "-maxn", "3", "-bucket", "1500", "-dim", "9"])
      try FastTextProgram.run(
        ["quantize", "-input", "train.txt", "-output", "z", "-thread", "1"]
          + options.split(separator: " ").map(String.init), in: folder)
      for k in [1, 260] { try compare("z.ftz", k: k, isExact: loss == "ova") }
    }
  }

  @Test("word vectors are refused by name", arguments: ["cbow", "skipgram"])
  func wordVectors(_ kind: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try train("m", labels: 2, lines: 50, ["-dim", "2"])
    try FastTextProgram.run(
      [kind, "-input", "train.txt", "-output", "v", "-dim", "2", "-bucket", "10"], in: folder)
    let error = #expect(throws: WitanError.self) {
      try FastTextModel(path: folder.appendingPathComponent("v.bin").path)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("is a \(kind) model") == true)
  }

  @Test("a converted model agrees with its source on the best label of nearly every text")
  func converted() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try train("m", labels: 9, lines: 300, ["-dim", "10", "-wordNgrams", "2", "-bucket", "3000"])
    let source = try FastTextModel(path: folder.appendingPathComponent("m.bin").path)
    let result = try FastTextModel(bytes: FastTextConversion(source).bytes)
    let same = FastTextProgram.texts.count { text in
      source.predict(text).first?.label == result.predict(text).first?.label
    }
    #expect(same >= FastTextProgram.texts.count - 3)
  }
}
