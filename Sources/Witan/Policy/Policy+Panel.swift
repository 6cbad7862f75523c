extension Policy {
  /// Checks that `panel` has what this policy asks for: each member, of the constitution, version and digest that it
  /// names and with the table of word-piece vectors of its model, and each principle of the rules in `context`.
  ///
  /// Throws `invalidValue` where not, and for a role that the policy does not have: `decide` takes such members for
  /// missing and such rules for silent. O(policy x members)
  public func check(_ panel: Panel, _ context: PolicyContext = PolicyContext()) throws(WitanError) {
    for member in members {
      let place = "members.\(member.name)"
      guard let found = panel.members.first(where: { $0.name == member.name }) else {
        throw WitanError(
          .invalidValue,
          "is no member of the panel, which has \(panel.members.map(\.name).joined(separator: ", ")); "
            + "name a member so",
          at: place)
      }
      if let mismatch = member.mismatch(found.provenance) {
        throw WitanError(.invalidValue, "cannot be heard: \(mismatch)", at: place)
      }
      guard found.classifier.isComplete else {
        throw WitanError(
          .invalidValue, "lacks the table of word-piece vectors that its model was trained with; give it",
          at: place)
      }
    }
    let sources = panel.members.map { PolicySource($0.classifier, member: $0.name) }
    _ = try PolicyMonitor(self, context, sources: sources)
  }
}
