extension Constitution {
  /// Seeds of a principle below which the figures of held-out seeds say nothing.
  private static let fewSeeds = 30

  /// What its authors seem not to have finished, as sentences: fields that still say TODO, and principles with too
  /// few texts. O(principles)
  public var unfinished: [String] {
    let fields = [
      ("community.who", community.who), ("community.adopted", community.adopted),
      ("community.contact", community.contact), ("rationale", rationale),
    ]
    var out = fields.filter { $0.1.hasPrefix("TODO") }.map { "'\($0.0)' still says TODO" }
    for principle in principles {
      if principle.statement.hasPrefix("TODO") {
        out.append("the statement of '\(principle.id)' still says TODO")
      }
      let seeds = principle.seeds.count + principle.exchanges.count
      if seeds < Self.fewSeeds {
        out.append(
          "'\(principle.id)' has \(seeds) seed\(seeds == 1 ? "" : "s"): too few to learn from or to measure with; "
            + "write eighty or more that differ")
      }
      if principle.nearMisses.isEmpty && principle.nearExchanges.isEmpty {
        out.append("'\(principle.id)' has no near misses: it will learn the subject, not the rule")
      }
    }
    return out
  }
}
