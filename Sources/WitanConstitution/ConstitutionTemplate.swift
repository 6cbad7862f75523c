internal import Foundation
public import Witan

/// The files of a constitution that somebody begins: the YAML with what is left to say marked, and for each
/// principle a file of seeds and one of near misses.
public struct ConstitutionTemplate: Sendable {
  /// Relative path and content of each file, the constitution first.
  public let files: [(path: String, text: String)]

  /// `principles` are ids. Throws `invalidValue` for an id that the format does not allow, or one given twice.
  public init(id: String, title: String, principles: [String]) throws(WitanError) {
    for name in [id] + principles {
      guard !name.isEmpty, Constitution.isIdentifier(name) else {
        throw WitanError(
          .invalidValue, "should be lower-case letters, digits and hyphens, and not 'any'", at: "'\(name)'")
      }
    }
    guard !principles.isEmpty, Set(principles).count == principles.count else {
      throw WitanError(.invalidValue, "should be at least one, each once", at: "principles")
    }
    var yaml = """
      witan: 1
      id: \(id)
      title: \(Self.quoted(title))
      version: 0.1.0
      language: en

      community:
        who: TODO, who wrote this, and for whom.
        adopted: TODO, how it was adopted. "Nobody voted" is an answer.
        contact: TODO, where one objects.

      rationale: |
        TODO, why there are these rules, and what they do not judge.

      synthesis:
        seed_weight: 8          # what a seed weighs beside a text that falls under nothing; 1 to 10 is usual

      principles:

      """
    var files: [(String, String)] = []
    for principle in principles {
      let words = principle.split(separator: "-").joined(separator: " ")
      yaml += """
          - id: \(principle)
            title: \(Self.quoted(words.prefix(1).uppercased() + words.dropFirst()))
            statement: TODO, the rule in one sentence, as you would say it to a person.
            stance: prohibit        # prohibit, discourage, permit or encourage
            side: prompt            # prompt (what is asked), response (what is answered), or exchange
            rationale: TODO, why there is this rule.
            tensions:
              - with: TODO, what the rule pulls against
                text: TODO, where the line is.
            synthesis:
              seeds: {from: seeds/\(principle).txt}
              near_misses: {from: near-misses/\(principle).txt}


        """
      files.append(
        (
          "seeds/\(principle).txt",
          """
          # Texts that fall under '\(principle)', one a line, as people really write them: questions, orders,
          # fragments, hints. Eighty that differ in subject and wording are a good start.

          """
        ))
      files.append(
        (
          "near-misses/\(principle).txt",
          """
          # Texts that look close and do not fall under '\(principle)', one a line: the same subjects and
          # words from somebody who means something else. Forty are a good start.

          """
        ))
    }
    self.files = [("constitution.yaml", yaml.trimmingCharacters(in: .newlines) + "\n")] + files
  }

  /// A YAML string on one line.
  private static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"")
    return "\"" + escaped.split(whereSeparator: \.isNewline).joined(separator: " ") + "\""
  }
}
