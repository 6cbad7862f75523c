extension GuardOptions {
  /// Reads options from JSON; what is missing keeps its default:
  ///
  ///     {"hold_words": 8, "default": {"on": 0.9, "off": 0.7, "debounce": "2/4", "action": "terminate"},
  ///      "rules": {"fraud": {"action": "ask"}}, "maximum_bytes": 100000, "at_maximum_bytes": "annotate"}
  ///
  /// Throws `format` for text that is no JSON and `invalidValue` that names the field; ranges are checked
  /// when a guard is made.
  public init(json text: String) throws(WitanError) { try self.init(JSON(parsing: text)) }

  package init(_ json: JSON) throws(WitanError) {
    self.init()
    for (key, value) in try Self.fields(json, "options") {
      switch key {
      case "hold_words": holdWords = try Self.int(value, key)
      case "maximum_word_bytes": maximumWordBytes = try Self.int(value, key)
      case "maximum_held_bytes": maximumHeldBytes = try Self.int(value, key)
      case "maximum_bytes": maximumBytes = try Self.int(value, key)
      case "rewind_tokens": rewindTokens = try Self.int(value, key)
      case "at_maximum_bytes": atMaximumBytes = try Self.action(value, key)
      case "top": topGrades = try Self.int(value, key)
      case "views":
        guard case .bool(let isOn) = value else { throw Self.fault("is neither true nor false", key) }
        looksForViews = isOn
      case "windows":
        guard let sizes = value.array?.map(\.int), sizes.allSatisfy({ $0 != nil }) else {
          throw Self.fault("is not a list of whole numbers", key)
        }
        windows = sizes.compactMap { $0 }
      case "default": defaultRule = value == .null ? nil : try Self.rule(value, key)
      case "rules":
        for (id, value) in try Self.fields(value, key) { rules[id] = try Self.rule(value, "rules.\(id)") }
      default:
        throw Self.fault(
          "is unknown; there are at_maximum_bytes, default, hold_words, maximum_bytes, maximum_held_bytes, "
            + "maximum_word_bytes, rewind_tokens, rules, top, views, windows", key)
      }
    }
  }

  private static func rule(_ json: JSON, _ place: String) throws(WitanError) -> DecisionRule {
    var rule = DecisionRule()
    for (key, value) in try fields(json, place) {
      let place = "\(place).\(key)"
      switch key {
      case "on": rule.on = try probability(value, place)
      case "off": rule.off = try probability(value, place)
      case "action": rule.action = try action(value, place)
      case "debounce":
        guard let debounce = Debounce(value) else {
          throw fault("is neither a number of words nor \"K/M\"", place)
        }
        rule.debounce = debounce
      default: throw fault("is unknown; there are action, debounce, off, on", place)
      }
    }
    return rule
  }

  /// The fields by name, so that of several faults always the same is reported.
  private static func fields(
    _ json: JSON, _ place: String
  ) throws(WitanError) -> [(key: String, value: JSON)] {
    guard let fields = json.object else { throw fault("is not a JSON object", place) }
    return fields.sorted { $0.key < $1.key }
  }

  private static func int(_ json: JSON, _ place: String) throws(WitanError) -> Int {
    guard let int = json.int else { throw fault("is not a whole number", place) }
    return int
  }

  private static func probability(_ json: JSON, _ place: String) throws(WitanError) -> Float {
    guard let number = json.number else { throw fault("is not a number", place) }
    return Float(number)
  }

  private static func action(_ json: JSON, _ place: String) throws(WitanError) -> GuardAction {
    guard let action = json.string.flatMap(GuardAction.init) else {
      let names = GuardAction.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault("is none of \(names)", place)
    }
    return action
  }

  private static func fault(_ message: String, _ place: String) -> WitanError {
    WitanError(.invalidValue, message, at: place)
  }
}
