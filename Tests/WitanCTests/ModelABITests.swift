internal import CWitan
internal import Foundation
internal import Testing
internal import Witan

@Suite struct ModelABITests {
  @Test func scoresAreThoseOfTheClassifier() throws {
    let library = try Library()
    let outputs = library.outputs()
    var scorer: OpaquePointer?
    // Twice the same model stands for a panel of two.
    #expect(witan_scorer_create([library.model, library.model], 2, &scorer) == 0)
    var count = 0
    #expect(witan_scorer_output_count(scorer, &count) == 0 && count == 2 * outputs)
    let texts = (0..<70).map {
      String(repeating: $0 % 3 == 0 ? Library.harmful : Library.harmless, count: $0 % 4)
    }
    let bytes = Array(texts.joined().utf8)
    var offsets: [UInt64] = [0]
    for text in texts { offsets.append(offsets.last! + UInt64(text.utf8.count)) }
    var packed = [Float](repeating: -1, count: texts.count * count)
    #expect(
      witan_scorer_score_packed(scorer, bytes, bytes.count, offsets, texts.count, &packed, packed.count) == 0)
    var listed = packed.map { _ in Float(-1) }
    bytes.withUnsafeBufferPointer { all in
      let list = texts.indices.map {
        witan_text(bytes: all.baseAddress! + Int(offsets[$0]), length: Int(offsets[$0 + 1] - offsets[$0]))
      }
      #expect(witan_scorer_score(scorer, list, nil, list.count, &listed, listed.count) == 0)
      #expect(
        witan_scorer_score(scorer, list, nil, list.count, &listed, listed.count - 1) == WITAN_ERROR_SPACE)
    }
    #expect(packed == listed)
    for (i, text) in texts.enumerated() {
      let scores = library.classifier.score(text)
      let row = scores.probabilities + [scores.any!]
      #expect(Array(packed[i * count..<(i + 1) * count]) == row + row)
    }
    #expect(witan_scorer_free(scorer) == 0)
  }

  @Test func anExchangeIsJudgedInTheLightOfItsPrompt() throws {
    let library = try Library()
    var scorer: OpaquePointer?
    #expect(witan_scorer_create([library.model], 1, &scorer) == 0)
    var probabilities = [Float](repeating: 0, count: library.outputs())
    var (answer, prompt) = ("Certainly, here it is.", Library.harmful)
    answer.withUTF8 { answer in
      prompt.withUTF8 { prompt in
        var text = witan_text(bytes: answer.baseAddress, length: answer.count)
        var asked = witan_text(bytes: prompt.baseAddress, length: prompt.count)
        #expect(witan_scorer_score(scorer, &text, &asked, 1, &probabilities, probabilities.count) == 0)
      }
    }
    let scores = library.classifier.score(answer, prompt: prompt)
    #expect(probabilities == scores.probabilities + [scores.any!])
    #expect(witan_scorer_free(scorer) == 0)
  }

  @Test func explanationsAreThoseOfTheClassifier() throws {
    let library = try Library()
    let text = Array(Library.harmful.utf8)
    let own = try library.classifier.explain(text, output: 1)
    var words = [witan_contribution](repeating: witan_contribution(), count: own.count)
    var count = 0
    #expect(witan_model_explain(library.model, text, text.count, 1, nil, 0, &count) == WITAN_ERROR_SPACE)
    #expect(count == own.count)
    #expect(witan_model_explain(library.model, text, text.count, 1, &words, words.count, &count) == 0)
    for (word, other) in zip(words, own) {
      #expect(Int(word.start)..<Int(word.end) == other.bytes && word.value == other.value)
    }
    #expect(witan_model_explain(library.model, text, text.count, 99, nil, 0, &count) == WITAN_ERROR_ARGUMENT)
  }

  @Test("evidence is what Swift finds, with and without a prompt, a side and limits")
  func evidence() throws {
    let library = try Library()
    let text = Array(Library.harmful.utf8)
    let any = UInt32(library.outputs() - 1)
    let prompt = Array("What may I do today?".utf8)
    var found = witan_evidence()
    found.struct_size = UInt32(MemoryLayout<witan_evidence>.size)
    var spans = [witan_evidence_span](repeating: witan_evidence_span(), count: 64)
    var count = 0
    for (side, asks, threshold, limit) in [
      (nil, false, nil, nil), (.prompt, false, nil, 1), (nil, true, nil, nil), (.response, false, 0.001, 2),
    ] as [(Side?, Bool, Float?, Int?)] {
      let own = try library.classifier.evidence(
        of: text, output: Int(any),
        options: EvidenceOptions(prompt: asks ? prompt : nil, side: side, threshold: threshold, limit: limit))
      prompt.withUnsafeBufferPointer { prompt in
        var options = witan_evidence_options()
        options.struct_size = UInt32(MemoryLayout<witan_evidence_options>.size)
        options.side = side.map { Int32(Side.allCases.firstIndex(of: $0)! + 1) } ?? 0
        if asks { (options.prompt, options.prompt_length) = (prompt.baseAddress, prompt.count) }
        options.threshold = threshold ?? 0
        options.word_limit = UInt32(limit ?? 0)
        #expect(
          witan_model_evidence(library.model, text, text.count, any, &options, &found, &spans, 64, &count)
            == 0)
      }
      #expect(found.probability == own.probability && found.remaining == own.remaining)
      #expect((found.is_flagged == 1, found.flips == 1) == (own.isFlagged, own.flips))
      #expect(Int(found.word_count) == own.wordCount && count == own.spans.count)
      for (span, other) in zip(spans, own.spans) {
        #expect(Int(span.start)..<Int(span.end) == other.bytes && span.share == other.share)
        #expect(Int(span.words) == other.words)
      }
    }
    #expect(witan_model_evidence(library.model, text, text.count, any, nil, &found, &spans, 64, &count) == 0)
    #expect(found.is_flagged == 1 && found.flips == 1 && count >= 1)
    let all = count
    #expect(
      witan_model_evidence(library.model, text, text.count, any, nil, &found, nil, 0, &count)
        == WITAN_ERROR_SPACE)
    #expect(count == all && found.flips == 1)
    #expect(
      witan_model_evidence(library.model, text, text.count, 99, nil, &found, nil, 0, &count)
        == WITAN_ERROR_ARGUMENT)
    #expect(Library.message.contains("no output 99"))
    func refused(_ change: (inout witan_evidence_options) -> Void) -> witan_status {
      var options = witan_evidence_options()
      options.struct_size = UInt32(MemoryLayout<witan_evidence_options>.size)
      change(&options)
      return witan_model_evidence(library.model, text, text.count, any, &options, &found, &spans, 64, &count)
    }
    #expect(refused { $0.struct_size = 8 } == WITAN_ERROR_ARGUMENT)
    #expect(refused { $0.side = 4 } == WITAN_ERROR_ARGUMENT && Library.message.contains("no witan_side"))
    #expect(refused { $0.prompt_length = 3 } == WITAN_ERROR_ARGUMENT)
    #expect(refused { $0.threshold = 1.5 } == WITAN_ERROR_VALUE)
    #expect(refused { $0.threshold = .nan } == WITAN_ERROR_VALUE)
    prompt.withUnsafeBufferPointer { prompt in
      #expect(
        refused { ($0.prompt, $0.prompt_length, $0.side) = (prompt.baseAddress, prompt.count, 1) }
          == WITAN_ERROR_VALUE)
    }
  }

  @Test func outputsAndMetadataAreNamed() throws {
    let library = try Library()
    var output = witan_output()
    output.struct_size = UInt32(MemoryLayout<witan_output>.size)
    for (i, label) in library.classifier.labels.enumerated() {
      #expect(witan_model_output(library.model, UInt32(i), &output) == 0)
      #expect(String(cString: output.id) == label.id && String(cString: output.title) == label.title)
      #expect(output.threshold == label.threshold && output.stance == 1)
    }
    #expect(witan_model_output(library.model, UInt32(library.outputs() - 1), &output) == 0)
    #expect(String(cString: output.id) == "any" && output.threshold == library.classifier.anyThreshold)
    let key = try #require(library.classifier.metadata.keys.min())
    var value: UnsafePointer<CChar>?
    #expect(witan_model_metadata(library.model, key, key.utf8.count, &value) == 0)
    #expect(value.map { String(cString: $0) } == library.classifier.metadata[key])
    #expect(witan_model_metadata(library.model, "no", 2, &value) == 0 && value == nil)
  }

  @Test func mappedMemoryIsGivenBackByItsLastUser() throws {
    let library = try Library()
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Library.modelPath)))
    // Off by one byte: nothing may rely on alignment.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: data.count + 1, alignment: 64)
    data.withUnsafeBytes { (memory + 1).copyMemory(from: $0.baseAddress!, byteCount: data.count) }
    var isReleased: Int32 = 0
    var (model, stream): (OpaquePointer?, OpaquePointer?)
    withUnsafeMutablePointer(to: &isReleased) { flag in
      let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = {
        $0?.assumingMemoryBound(to: Int32.self).pointee += 1
      }
      #expect(
        witan_model_open_mapped(library.context, memory + 1, data.count - 100, release, flag, &model) != 0)
      #expect(witan_model_open_mapped(library.context, memory + 1, data.count, release, flag, &model) == 0)
      #expect(witan_stream_create(model, nil, &stream) == 0)
      #expect(witan_model_free(model) == 0)
      #expect(flag.pointee == 0)
      #expect(Library.push(stream, Array(Library.harmless.utf8)).action == WITAN_EMIT)
      #expect(witan_stream_free(stream) == 0)
      #expect(flag.pointee == 1)
    }
    memory.deallocate()
    #expect(witan_model_open_bytes(library.context, data, data.count, &model) == 0)
    #expect(witan_model_free(model) == 0)
  }

  @Test func filesThatAreNoModelsAreErrors() throws {
    let library = try Library()
    var model: OpaquePointer?
    #expect(witan_model_open(library.context, "/no/such", 8, &model) == WITAN_ERROR_IO)
    #expect(Library.message.contains("/no/such"))
    #expect(witan_model_open(library.context, #filePath, #filePath.utf8.count, &model) == WITAN_ERROR_FORMAT)
    #expect(witan_model_open(library.context, "a\0b", 3, &model) == WITAN_ERROR_ARGUMENT)
    #expect(witan_model_open_bytes(library.context, nil, 0, &model) == WITAN_ERROR_FORMAT)
    #expect(model == nil)
  }
}
