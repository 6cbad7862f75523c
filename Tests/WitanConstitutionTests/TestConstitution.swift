import Foundation
import Witan
import WitanConstitution

/// Constitutions of made-up texts.
enum TestConstitution {
  /// The folder of the package.
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The smallest file that is a constitution; tests of errors change one line of it.
  static let minimal = """
    witan: 1
    id: tiny
    title: Tiny rules
    version: 0.1.0
    language: en
    community:
      who: A test.
      adopted: By nobody.
      contact: Nowhere.
    rationale: To test the parser.
    principles:
      - id: one
        title: First
        statement: Do not do the first thing.
        stance: prohibit
        side: prompt
        examples: [An example text.]

    """

  /// One principle of the file.
  struct Principle {
    var id: String
    var seeds: [String]
    var nearMisses: [String] = []
    var slots: [String: [String]] = [:]
    var frames: [String] = []

    fileprivate var yaml: String {
      func list(_ texts: [String]) -> String { JSON(texts).text() }  // JSON is YAML
      var out = """
          - id: \(id)
            title: Title of \(id)
            statement: Statement of \(id)
            stance: prohibit
            side: prompt
            synthesis:
              seeds: \(list(seeds))

        """
      if !nearMisses.isEmpty { out += "      near_misses: \(list(nearMisses))\n" }
      if !frames.isEmpty { out += "      frames: \(list(frames))\n" }
      if !slots.isEmpty { out += "      slots: \(JSON.object(slots.mapValues { JSON($0) }).text())\n" }
      return out
    }
  }

  /// `recipe`: the lines of `synthesis`, as `["per_seed: 4"]`.
  static func make(_ principles: [Principle], recipe: [String] = []) throws -> Constitution {
    var yaml = String(minimal.split(separator: "principles:")[0])
    if !recipe.isEmpty { yaml += "synthesis:\n" + recipe.map { "  \($0)\n" }.joined() }
    yaml += "principles:\n" + principles.map(\.yaml).joined()
    return try Constitution(yaml: yaml, file: "test.yaml")
  }

  /// Made-up sentences without near-duplicates: ten words of 400 each.
  static func sentences(_ count: Int, seed: UInt64) -> [String] {
    var random = SeededRandom(seed: seed)
    let consonants = Array("bdfgklmnprst"), vowels = Array("aeiou")
    let words = (0..<400).map { _ in
      (0..<3).map { _ in "\(random.pick(consonants))\(random.pick(vowels))" }.joined()
    }
    return (0..<count).map { _ in
      let chosen = (0..<10).map { _ in random.pick(words) }
      return chosen[0].capitalized + " " + chosen.dropFirst().joined(separator: " ") + "."
    }
  }
}

/// Runs `body` with the path of a folder that holds these files and is removed after.
func withFolder<R>(_ files: [String: [UInt8]], _ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, bytes) in files {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
  return try body(folder)
}
