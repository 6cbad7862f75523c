internal import CWitan
internal import Foundation
internal import Testing
internal import Witan

/// Three shipped models in a panel by both ways: through the header and from Swift.
final class PanelLibrary {
  static let names = ["grown-ups", "debaters", "young-readers"]
  static let files = ["baseline", "open-inquiry", "young-readers"]

  let own: Panel
  private(set) var models: [OpaquePointer?] = []
  private(set) var panel: OpaquePointer?

  init() throws {
    var context: OpaquePointer?
    #expect(witan_context_create(&context) == 0)
    let table = Library.embeddingsPath
    #expect(witan_context_add_embeddings(context, table, table.utf8.count) == 0)
    let embeddings = try StaticEmbeddings(path: table)
    var members: [PanelMember] = []
    for (name, file) in zip(Self.names, Self.files) {
      let path = Library.folder.appending(path: "models/\(file)/model.witan").path
      var model: OpaquePointer?
      #expect(witan_model_open(context, path, path.utf8.count, &model) == 0, "\(Library.message)")
      models.append(model)
      let isFirst = members.isEmpty
      members.append(
        PanelMember(
          try Classifier(path: path, embeddings: embeddings), name: name,
          modelDigest: isFirst ? "sha256:00" : nil, signer: isFirst ? "Aunt Ada" : nil))
    }
    own = try Panel(members)
    let strings = (Self.names + ["sha256:00", "Aunt Ada"]).map { strdup($0) }
    defer { for string in strings { Foundation.free(string) } }
    var list = zip(models, strings).map { model, name in
      var member = witan_panel_member()
      (member.model, member.name, member.name_length) = (model, UnsafePointer(name), strlen(name!))
      return member
    }
    (list[0].model_digest, list[0].model_digest_length) = (UnsafePointer(strings[3]), 9)
    (list[0].signer, list[0].signer_length) = (UnsafePointer(strings[4]), 8)
    #expect(witan_panel_create(list, list.count, &panel) == 0, "\(Library.message)")
    #expect(witan_context_free(context) == 0)
  }

  func free() {
    for model in models { #expect(witan_model_free(model) == 0) }
    #expect(witan_panel_free(panel) == 0)
  }

  func stream() -> OpaquePointer? {
    var stream: OpaquePointer?
    #expect(witan_panel_stream_create(panel, &stream) == 0)
    return stream
  }

  func scores(_ stream: OpaquePointer?) -> [Float] {
    var scores = [Float](repeating: -1, count: own.outputCount)
    #expect(witan_panel_stream_scores(stream, &scores, scores.count) == 0)
    return scores
  }

  func verdict(
    _ stream: OpaquePointer?, _ policy: OpaquePointer? = nil
  ) -> (verdict: witan_panel_verdict, json: String) {
    var verdict = witan_panel_verdict()
    verdict.struct_size = UInt32(MemoryLayout<witan_panel_verdict>.size)
    var text: UnsafePointer<CChar>?
    var length = 0
    #expect(
      witan_panel_stream_verdict(stream, policy, &verdict, &text, &length) == 0, "\(Library.message)")
    let json = text.map { String(cString: $0) } ?? ""
    #expect(json.utf8.count == length)
    return (verdict, json)
  }
}
