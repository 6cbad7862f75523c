/// Typed access to a tree of JSON whose faults name the path.
struct PolicyReader {
  let json: JSON
  let path: String

  func fault(_ message: String) -> PolicyFault { PolicyFault(message, at: path) }

  private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The mapping's keys must be among `known`; a stranger gets the nearest one named.
  func allowKeys(_ known: [String]) throws(PolicyFault) {
    guard let fields = json.object else {
      throw fault("should be a mapping of \(known.joined(separator: ", "))")
    }
    for key in fields.keys.sorted() where !known.contains(key) {
      throw PolicyFault(
        "is unknown\(Self.hint(key, known)) Known here: \(known.joined(separator: ", "))", at: place(key),
        isAboutKey: true)
    }
  }

  func child(_ key: String) -> PolicyReader? {
    guard let value = json[key], value != .null else { return nil }
    return PolicyReader(json: value, path: place(key))
  }

  func need(_ key: String) throws(PolicyFault) -> PolicyReader {
    guard let child = child(key) else { throw PolicyFault("is missing", at: place(key)) }
    return child
  }

  /// A text that is not blank, without spaces around it.
  func text() throws(PolicyFault) -> String {
    guard let text = json.string else { throw fault("should be a text") }
    let isBlank = { (c: Character) in c.isWhitespace }
    let end = text.lastIndex { !isBlank($0) }
    guard let start = text.firstIndex(where: { !isBlank($0) }), let end else { throw fault("is empty") }
    return String(text[start...end])
  }

  func text(_ key: String) throws(PolicyFault) -> String { try need(key).text() }

  func optionalText(_ key: String) throws(PolicyFault) -> String? { try child(key)?.text() }

  /// A version: a text or a number.
  func version(_ key: String) throws(PolicyFault) -> String {
    let reader = try need(key)
    return if case .number = reader.json { reader.json.text() } else { try reader.text() }
  }

  func items() throws(PolicyFault) -> [PolicyReader] {
    guard let items = json.array else { throw fault("should be a list") }
    return items.enumerated().map { PolicyReader(json: $0.element, path: "\(path)[\($0.offset + 1)]") }
  }

  /// The items of a list, or the only one.
  func itemsOrOne() throws(PolicyFault) -> [PolicyReader] {
    if json.array == nil { return [self] }
    let items = try items()
    if items.isEmpty { throw fault("is empty") }
    return items
  }

  /// Lower-case letters, digits and hyphens, and no word that has a meaning already.
  func identifier() throws(PolicyFault) -> String {
    let id = try text()
    guard id.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }),
      ![PolicyLayer.floorName, PolicyLayer.userName, "default", GuardOptions.any].contains(id)
    else {
      throw fault(
        "is '\(id)'; a name is lower-case letters, digits and hyphens, and not floor, user, default or any")
    }
    return id
  }

  /// One of `known`, which are `what`.
  func name(of what: String, in known: [String]) throws(PolicyFault) -> String {
    let name = try text()
    guard known.contains(name) else {
      let list = known.isEmpty ? "there is none" : "there are \(known.joined(separator: ", "))"
      throw fault("is '\(name)', which is no \(what)\(Self.hint(name, known)) (\(list))")
    }
    return name
  }

  /// Names in a list without repetition, or one name.
  func names(of what: String, in known: [String]) throws(PolicyFault) -> [String] {
    var names: [String] = []
    for item in try itemsOrOne() {
      let name = try item.name(of: what, in: known)
      guard !names.contains(name) else { throw item.fault("is '\(name)', which stands twice") }
      names.append(name)
    }
    return names
  }

  func action() throws(PolicyFault) -> GuardAction {
    let word = try text()
    guard let action = GuardAction(rawValue: word) else {
      let known = GuardAction.allCases.map(\.rawValue)
      throw fault(
        "is '\(word)', which is no action\(Self.hint(word, known)) (\(known.joined(separator: ", ")))")
    }
    return action
  }

  /// A probability above 0.
  func threshold() throws(PolicyFault) -> Float {
    guard let number = json.number, Float(number) > 0, number <= 1 else {
      throw fault("should be a number above 0 and at most 1")
    }
    return Float(number)
  }

  func count(in range: ClosedRange<Int>) throws(PolicyFault) -> Int {
    guard let int = json.int, range ~= int else {
      throw fault("should be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return int
  }

  /// How many words must agree, in `debounce`; by default one.
  func debounce() throws(PolicyFault) -> Debounce {
    guard let reader = child("debounce") else { return .consecutive(1) }
    guard let debounce = Debounce(reader.json), debounce.isValid else {
      throw reader.fault(
        "should be a number of words N, or K/M for K of the last M, with 1 <= K <= M <= \(Debounce.maximumWords)"
      )
    }
    return debounce
  }

  /// A mapping from names to actions.
  func actions(of what: String, in known: [String]) throws(PolicyFault) -> [String: GuardAction] {
    guard let fields = json.object else { throw fault("should be a mapping from a \(what) to an action") }
    var out: [String: GuardAction] = [:]
    for key in fields.keys.sorted() {
      guard known.contains(key) else {
        throw PolicyFault(
          key == PolicyLayer.floorName
            ? "is no layer that can be relaxed: nothing relaxes the floor"
            : "is no \(what)\(Self.hint(key, known)) (\(known.joined(separator: ", ")))", at: place(key),
          isAboutKey: true)
      }
      out[key] = try need(key).action()
    }
    return out
  }

  private static func hint(_ word: String, _ known: [String]) -> String {
    Spelling.nearest(to: word, in: known).map { "; did you mean '\($0)'?" } ?? "."
  }
}
