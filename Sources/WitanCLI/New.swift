import ArgumentParser
import Foundation
import Witan
import WitanConstitution

struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Begin a constitution: a folder with its files, and what is left to say marked.",
    discussion: """
      Writes constitution.yaml, and for each principle a file of seeds and one of near misses. Fill in what says
      TODO and write texts, a line each; then 'witan compile' makes a classifier of them. Nothing that is
      there is overwritten.
      """)

  @Argument(
    help: ArgumentHelp("Where it goes; made when missing. Its last part is the id.", valueName: "folder"))
  var folder: String
  @Option(name: .long, help: "The title for people.")
  var title: String?
  @Option(name: .long, parsing: .upToNextOption, help: "Ids of the principles, such as 'selling'.")
  var principles: [String] = ["first-rule"]

  func run() throws {
    let root = URL(fileURLWithPath: folder)
    let id = root.lastPathComponent
    let template = try ConstitutionTemplate(id: id, title: title ?? id, principles: principles)
    let manager = FileManager.default
    for (path, _) in template.files where manager.fileExists(atPath: root.appendingPathComponent(path).path) {
      throw WitanError(.io, "is there already", at: root.appendingPathComponent(path).relativePath)
    }
    for (path, text) in template.files {
      let file = root.appendingPathComponent(path)
      do {
        try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      } catch {
        throw WitanError(
          .io, "cannot be made: \(error.localizedDescription)",
          at: file.deletingLastPathComponent().relativePath)
      }
      try writeFile(text.utf8, to: file.relativePath)
    }
    let yaml = root.appendingPathComponent("constitution.yaml").relativePath
    print(
      """
      \(template.files.map { root.appendingPathComponent($0.path).relativePath }.joined(separator: "\n"))

      Next: write texts into seeds and near-misses, say what is marked TODO, then
        witan synthesize \(yaml) -o /dev/null     # counts, duplicates, contradictions
        witan compile \(yaml) -o \(id).witan
      """)
  }
}
