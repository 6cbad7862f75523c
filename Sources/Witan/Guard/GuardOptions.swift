/// What a `StreamGuard` watches, what it does, and what it may use.
public struct GuardOptions: Sendable, Hashable {
  /// Rules of outputs by the id of their label, or `any`.
  public var rules: [String: DecisionRule]
  /// The rule of `any` when it has none of its own, in models without it that of each prohibited label;
  /// nil watches the named outputs alone.
  public var defaultRule: DecisionRule?
  /// Complete words that are kept back, so that a decision still reaches the words before it. 0...65536
  public var holdWords: Int
  /// A word is cut after so many bytes, at the next character: text without spaces is graded too. The
  /// separators before a word count to it. 16...4096
  public var maximumWordBytes: Int
  /// Bytes kept back at most; a stream that needs more is terminated. At least `maximumWordBytes` + 4.
  public var maximumHeldBytes: Int
  /// Bytes of a text that are graded at most.
  public var maximumBytes: Int
  /// What follows at `maximumBytes`, and where a text has more features than a model counts: `terminate`,
  /// or `annotate`: the rest passes as it is decided until there.
  public var atMaximumBytes: GuardAction
  /// Pushes that can be taken back. 0...4096
  public var rewindTokens: Int
  /// Words of each window that is graded, beside the whole text while that is no longer than the largest of
  /// them; the largest grade counts. At most 8 of 1...4096.
  public var windows: [Int]
  /// Grades that have to agree: each output is judged by the mean of so many of the largest grades that it
  /// has had since the text began, not by the last one. Once there are so many it never falls, so rules do not
  /// turn off. 1...64; 1 judges by the last grade.
  public var topGrades: Int
  /// Whether disguised text is looked for and graded too (docs/views.md). Such a guard takes no tokens back
  /// (`rewindTokens` must be 0) and cannot be saved.
  public var looksForViews: Bool

  public init(
    rules: [String: DecisionRule] = [:], defaultRule: DecisionRule? = DecisionRule(), holdWords: Int = 0,
    maximumWordBytes: Int = 256, maximumHeldBytes: Int = 1 << 16, maximumBytes: Int = 1 << 22,
    atMaximumBytes: GuardAction = .terminate, rewindTokens: Int = 64,
    windows: [Int] = [], topGrades: Int = 1, looksForViews: Bool = false
  ) {
    self.rules = rules
    self.defaultRule = defaultRule
    self.holdWords = holdWords
    self.maximumWordBytes = maximumWordBytes
    self.maximumHeldBytes = maximumHeldBytes
    self.maximumBytes = maximumBytes
    self.atMaximumBytes = atMaximumBytes
    self.rewindTokens = rewindTokens
    self.windows = windows
    self.topGrades = topGrades
    self.looksForViews = looksForViews
  }

  /// The rules for the outputs of a model. Throws `invalidValue` that names the field: a value out of
  /// range, an output that the model does not have, or nothing to watch.
  func resolved(for spec: ModelSpec) throws(WitanError) -> [ResolvedRule] {
    try resolved(spec.guardOutputs, of: "this model; 'witan inspect' lists them")
  }

  /// The same for a panel, whose outputs are called `member/principle`. With a default rule each member has to have
  /// something to watch.
  func resolved(for panel: Panel) throws(WitanError) -> [ResolvedRule] {
    let names = panel.members.map(\.name).joined(separator: ", ")
    let rules = try resolved(
      panel.guardOutputs, of: "this panel; name one as MEMBER/PRINCIPLE or MEMBER/any, of \(names)")
    for (i, member) in panel.members.enumerated() where defaultRule != nil {
      guard !rules.contains(where: { panel.outputs(of: i).contains($0.output) }) else { continue }
      throw WitanError(
        .invalidValue,
        "watch nothing of '\(member.name)', which has no prohibitions: name its outputs, leave it out "
          + "of the panel, or take no default rule", at: "rules")
    }
    return rules
  }

  private func resolved(_ outputs: [GuardOutput], of whole: String) throws(WitanError) -> [ResolvedRule] {
    func demand(_ condition: Bool, _ message: String, _ field: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: field) }
    }
    try Self.checkLimits(
      holdWords: holdWords, maximumWordBytes: maximumWordBytes, maximumHeldBytes: maximumHeldBytes,
      maximumBytes: maximumBytes)
    try demand(
      atMaximumBytes == .terminate || atMaximumBytes == .annotate, "is neither terminate nor annotate",
      "at_maximum_bytes")
    try demand(0...4096 ~= rewindTokens, "is not in 0...4096", "rewind_tokens")
    try demand(
      windows.count <= 8 && windows.allSatisfy { 1...4096 ~= $0 }, "are not up to 8 of 1...4096 words",
      "windows")
    try demand(
      !looksForViews || rewindTokens == 0, "cannot be taken back; set rewind_tokens to 0", "views")
    try demand(1...TopGrades.maximum ~= topGrades, "is not in 1...\(TopGrades.maximum)", "top")

    var resolved: [ResolvedRule] = []
    var named = Set(rules.keys)
    for (i, output) in outputs.enumerated() {
      let own = output.name.flatMap { rules[$0] }
      if let name = output.name, own != nil { named.remove(name) }
      guard let rule = own ?? (output.isDefault ? defaultRule : nil) else { continue }
      resolved.append(
        try rule.resolved(
          threshold: output.threshold, output: i,
          place: own == nil ? "default" : "rules.\(output.name ?? "")"))
    }
    if let stranger = named.min() {
      throw WitanError(
        .invalidValue, "is no output of \(whole)", at: "rules.\(stranger)")
    }
    try demand(
      !resolved.isEmpty, "watch nothing: there are no prohibitions, so name outputs", "rules")
    return resolved
  }

  /// Throws `invalidValue` that names the limit of a guarded stream that is out of range.
  static func checkLimits(
    holdWords: Int, maximumWordBytes: Int, maximumHeldBytes: Int, maximumBytes: Int
  ) throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ field: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: field) }
    }
    try demand(0...1 << 16 ~= holdWords, "is not in 0...65536", "hold_words")
    try demand(16...4096 ~= maximumWordBytes, "is not in 16...4096", "maximum_word_bytes")
    try demand(
      maximumWordBytes + 4...1 << 30 ~= maximumHeldBytes,
      "is not between maximum_word_bytes + 4 (\(maximumWordBytes + 4)) and 2^30", "maximum_held_bytes")
    try demand(1...1 << 50 ~= maximumBytes, "is not in 1...2^50", "maximum_bytes")
  }

  /// Words that windows are kept to go back to: most pushes are no more than a word; those of many words can be taken
  /// back fewer times.
  var rewindableWords: Int { rewindTokens == 0 ? 0 : 2 * rewindTokens + 16 }

  /// The name of the output that is about all prohibited labels.
  static let any = "any"
}
