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
