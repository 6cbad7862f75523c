internal import Witan
internal import Yams

/// A YAML document as a tree of JSON, and where each part stands.
struct YAMLTree {
  /// What numbers are never made of: the words of these keys stay as they are written.
  private static let textKeys: Set<String> = ["id", "title", "version", "name", "digest", "who", "adopted"]

  /// Anchors can make a small file large.
  private static let maximumParts = 100_000

  private(set) var json = JSON.null
  private let file: String
  /// Where keys and values stand, by their path as `PolicyFault` names it.
  private var keys: [String: Mark] = [:]
  private var values: [String: Mark] = [:]
  private var parts = 0

  /// Throws `invalidValue` for what is no YAML, and for nothing.
  init(yaml source: String, file: String) throws(WitanError) {
    self.file = file
    let root: Node
    do {
      guard let composed = try Yams.compose(yaml: source) else {
        throw WitanError(.invalidValue, "is empty; see docs/policy.md for the format", at: file)
      }
      root = composed
    } catch let error as WitanError {
      throw error
    } catch {
      throw WitanError(.invalidValue, yaml: error, file: file)
    }
    json = try convert(root, at: "", isText: false)
  }

  /// The fault with file, line and column: of the value, the key, or what they are missing in.
  func error(_ fault: PolicyFault) -> WitanError {
    var path = Substring(fault.path)
    var mark = (fault.isAboutKey ? keys[fault.path] : nil) ?? values[fault.path]
    while mark == nil, let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) {
      path = path[..<end]
      mark = values[String(path)]
    }
    mark = mark ?? values[""]
    let place = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    let subject = fault.path.isEmpty ? "the file" : "'\(fault.path)'"
    return WitanError(.invalidValue, "\(subject) \(fault.message)", at: place)
  }

  private mutating func convert(_ node: Node, at path: String, isText: Bool) throws(WitanError) -> JSON {
    values[path] = node.mark
    parts += 1
    guard parts <= Self.maximumParts else { throw error(PolicyFault("has too many parts", at: "")) }
    switch node {
    case .scalar(let scalar):
      // Only plain words are numbers; those in quotes are texts.
      if !isText, scalar.style == .plain, let number = Double(scalar.string), number.isFinite {
        return .number(number)
      }
      let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      return isNull ? .null : .string(scalar.string)
    case .sequence(let sequence):
      var items: [JSON] = []
      for item in sequence {
        items.append(try convert(item, at: "\(path)[\(items.count + 1)]", isText: isText))
      }
      return .array(items)
    case .mapping(let mapping):
      var fields: [String: JSON] = [:]
      for (key, value) in mapping {
        guard let word = key.scalar?.string, !word.isEmpty else {
          if let mark = key.mark { values[path] = mark }
          throw error(PolicyFault("has a key that is no word", at: path))
        }
        let place = path.isEmpty ? word : "\(path).\(word)"
        keys[place] = key.mark
        guard fields[word] == nil else {
          throw error(PolicyFault("stands twice", at: place, isAboutKey: true))
        }
        fields[word] = try convert(value, at: place, isText: Self.textKeys.contains(word))
      }
      return .object(fields)
    case .alias: throw error(PolicyFault("is an alias, which policies do not have", at: path))
    }
  }
}
