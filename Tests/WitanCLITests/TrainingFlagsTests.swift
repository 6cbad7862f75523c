import Foundation
import Testing

/// The flags that choose an architecture, and the shared table of embeddings, as a user meets them.
@Suite(.serialized) struct TrainingFlagsTests {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("witan-cli-\(UUID().uuidString)")

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func file(_ name: String, _ content: Data) throws -> String {
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: folder.appendingPathComponent(name))
    return path(name)
  }

  private func toy() throws -> String {
    let lines = (0..<60).map { i in
      i % 2 == 0
        ? #"{"text": "sweet apples and ripe pears number \#(i)", "label": "fruit"}"#
        : #"{"text": "steel hammer with iron nails number \#(i)", "label": "tool"}"#
    }
    return try file("toy.jsonl", Data(lines.joined(separator: "\n").utf8))
  }

  /// A static model of six tokens as model2vec writes it; returns its folder.
  private func staticModel(dimensions: Int = 16) throws -> String {
    let tokens = ["[UNK]", "apples", "pears", "hammer", "nails", "steel"]
    let vocabulary = tokens.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",")
    let json = """
      {"added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,
      "handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
      "pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"type":"WordPiece","unk_token":"[UNK]",
      "continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{\(vocabulary)}}}
      """
    let count = 4 * tokens.count * dimensions
    let header =
      "{\"embeddings\":{\"dtype\":\"F32\",\"shape\":[\(tokens.count),\(dimensions)],\"data_offsets\":[0,\(count)]}}"
    var model = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
    for i in 0..<tokens.count * dimensions {
      let value = Float((i * 37) % 101) / 50 - 1
      model += withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) }
    }
    _ = try file("static/model.safetensors", model)
    return try URL(fileURLWithPath: file("static/tokenizer.json", Data(json.utf8)))
      .deletingLastPathComponent()
      .path
  }

  private func inspect(_ model: String) throws -> [String: Any] {
    try witan("inspect", model, "--json").json()
  }

  @Test("flags choose the architecture, the summary and inspect name it, threads do not change it")
  func architecture() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, model, again) = (try toy(), path("a.witan"), path("b.witan"))
    let flags = [
      "train", "--data", data, "--hidden", "8,4", "--no-characters", "--phrases", "--no-weighted",
      "--balance",
      "--embeddings", "none", "--word-rate", "1", "--log2-buckets", "10", "--patience", "2", "--json",
    ]
    let trained = try run(flags + ["-o", model, "--threads", "1"])
    #expect(trained.code == 0, "\(trained.err)")
    let recipe = try #require(try trained.json()["recipe"] as? [String: Any])
    #expect(recipe["hidden"] as? [Int] == [8, 4])
    #expect(recipe["characters"] as? Bool == false && recipe["phrases"] as? Bool == true)
    #expect(recipe["weighted"] as? Bool == false && recipe["log2_buckets"] as? Int == 10)
    #expect(try trained.json()["dev_accuracy_without_embeddings"] == nil)
    let inspected = try inspect(model)
    #expect(inspected["hidden"] as? [Int] == [8, 4])
    #expect(inspected["dense"] == nil && inspected["weighted"] == nil)
    let features = try #require(inspected["features"] as? [String: Any])
    #expect(features["words"] as? String == "1-3" && features["characters"] as? String == "none")
    #expect(features["opening"] as? Int == 5)
    #expect(try run(flags + ["-o", again, "--threads", "3"]).code == 0)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: again)) == Data(contentsOf: URL(fileURLWithPath: model)))
    #expect(try witan("score", "-m", model, input: Data("ripe pears".utf8)).err == "")
  }

  @Test("by default there are embeddings, and the summary says what they are worth")
  func builtIn() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, model) = (try toy(), path("m.witan"))
    let trained = try witan("train", "--data", data, "-o", model, "--epochs", "3")
    #expect(trained.code == 0 && trained.out.contains("without the embeddings:"), "\(trained.out)")
    #expect(trained.out.contains("recipe (of 1 tried)"))
    let dense = try #require(try inspect(model)["dense"] as? [String: Any])
    #expect((dense["digest"] as? String)?.hasPrefix("sha256:") == true)
    #expect(try witan("score", "-m", model, input: Data("apples".utf8)).err == "")
  }

  @Test("--autotune tries recipes until its time is up")
  func autotune() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let summary = try witan(
      "train", "--data", toy(), "-o", path("m.witan"), "--autotune", "0.5", "--embeddings", "none",
      "--log2-buckets", "10", "--epochs", "4", "--json"
    ).json()
    #expect(try #require(summary["recipes_tried"] as? Int) > 2)
  }

  @Test(
    "flags outside their range are usage errors that name the range",
    arguments: [
      (["--hidden", "0"], "--hidden must be one or two numbers in 1...128"),
      (["--hidden", "129"], "--hidden must be one or two numbers in 1...128"),
      (["--hidden", "8,4,2"], "--hidden must be one or two numbers in 1...128"),
      (["--hidden", "many"], "--hidden must be one or two numbers in 1...128"),
      (["--autotune", "0"], "--autotune must be above 0"),
      (["--patience", "0"], "--patience must be at least 1"),
      (["--threads", "0"], "--threads must be at least 1"),
      (["--dropout", "0.95"], "--dropout must be in 0...0.9"),
      (["--word-rate", "0"], "--word-rate must be above 0"),
      (["--log2-buckets", "23"], "--log2-buckets must be in 8...22"),
    ])
  func ranges(_ flags: [String], _ message: String) throws {
    let outcome = try run(["train", "--data", "x", "-o", "y"] + flags)
    #expect(outcome.code == 64 && outcome.err.contains(message), "\(outcome.err)")
  }

  @Test("a table is made, trained with, asked for when it is missing, and no other is taken for it")
  func embeddings() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, model, table) = (try toy(), path("m.witan"), path("toy.table"))
    let made = try witan("embeddings", staticModel(), "-o", table, "--name", "toy", "--licence", "CC0")
    #expect(made.code == 0, "\(made.err)")
    #expect(made.out.contains("5 of 6 tokens have a vector of 16\nsha256:"), "\(made.out)")
    let other = path("other.table")
    #expect(try witan("embeddings", staticModel(), "-o", other, "--name", "other").code == 0)

    #expect(try witan("train", "--data", data, "-o", model, "--embeddings", table, "--epochs", "3").code == 0)
    #expect(try (inspect(model)["dense"] as? [String: Any])?["name"] as? String == "toy")
    let text = Data("apples and pears\n".utf8)
    let whole = try witan("score", "-m", model, "--json", "--embeddings", table, input: text)
    #expect(whole.code == 0 && whole.err == "")
    let missing = try witan("score", "-m", model, "--json", input: text)
    #expect(missing.code == 0)
    #expect(
      missing.err.contains(
        "trained with the embeddings 'toy', which are not in this program; it scores without them"),
      "\(missing.err)")
    let without = try witan("score", "-m", model, "--json", "--embeddings", "none", input: text)
    #expect(without.err == "" && without.out == missing.out && without.out != whole.out)
    for verb in [["stream", "--json"], ["evaluate", "--data", data]] {
      #expect(
        try run(verb + ["-m", model], input: text).err.contains("'toy', which are not in this program"))
      #expect(try run(verb + ["-m", model, "--embeddings", table], input: text).err == "")
    }
    let refused = try witan("score", "-m", model, "--embeddings", other, input: text)
    #expect(refused.code == 2)
    #expect(refused.err.contains("dense.digest: the model needs the embeddings 'toy'"), "\(refused.err)")
    let absent = try witan("score", "-m", model, "--embeddings", path("no.table"), input: text)
    #expect(absent.code == 2 && absent.err.contains("no.table: cannot be opened"), "\(absent.err)")
    let wrong = try witan("train", "--data", data, "-o", model, "--embeddings", model)
    #expect(wrong.code == 2 && wrong.err.contains("this is no table of embeddings"), "\(wrong.err)")
  }

  @Test("what the embeddings verb cannot do is an error that names the thing, and leaves no file")
  func embeddingsErrors() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = path("toy.table")
    func fails(_ arguments: [String], _ part: String, code: Int32 = 2, line: Int = #line) throws {
      let outcome = try run(["embeddings"] + arguments)
      #expect(outcome.code == code && outcome.err.contains(part), "line \(line): \(outcome.err)")
      #expect(!FileManager.default.fileExists(atPath: table), "line \(line)")
    }
    let good = try staticModel()
    try fails(["/no/folder", "-o", table, "--name", "x"], "/no/folder/tokenizer.json: cannot be read")
    try fails([good, "-o", table], "Missing expected argument '--name", code: 64)
    try fails(
      [good, "-o", table, "--name", "x", "--whitening", "2"], "--whitening must be in 0...1", code: 64)
    try fails([good, "-o", table, "--name", "x", "--dimensions", "0"], "must be at least 1", code: 64)
    try fails([good, "-o", table, "--name", "x", "--dimensions", "17"], "is not in 1...16")
    try fails([good, "-o", table, "--name", "x", "--dimensions", "16"], "directions only")
    let wide = try staticModel(dimensions: 300)
    try fails([wide, "-o", table, "--name", "x"], "300 columns are more than the 256 that a table has")
    _ = try file("static/model.safetensors", Data("no model".utf8))
    try fails([good, "-o", table, "--name", "x"], "static/model.safetensors: ")
  }

  @Test("help names the flags")
  func help() throws {
    let train = try witan("help", "train").out
    for flag in [
      "--hidden", "--characters/--no-characters", "--phrases/--no-phrases", "--weighted/--no-weighted",
      "--autotune", "--balance", "--patience", "--threads", "--embeddings",
    ] { #expect(train.contains(flag)) }
    #expect(try witan("help", "embeddings").out.contains("USAGE: witan embeddings <folder> --output <file>"))
    for verb in ["score", "stream", "evaluate", "inspect", "compile"] {
      #expect(try witan("help", verb).out.contains("--embeddings <file>"), "\(verb)")
    }
  }
}
