import Witan
import WitanTraining

/// The panel whose opinions a policy combines, and where the texts stand that it is given.
struct PolicyModels {
  let panel: Panel
  let side: Side?

  /// The panel as `policy` hears it; says which members have no model: what the policy says of missing members
  /// then follows everywhere.
  func speaking(for policy: Policy, _ context: PolicyContext) throws(WitanError) -> PolicyPanel {
    let speaking = try PolicyPanel(panel, policy, context)
    Terminal.noteMissing(speaking)
    return speaking
  }

  /// Gives the opinions on each text in order, scored by all members in one pass.
  func forEach(
    _ texts: [Example], _ body: (Example, [Opinion]) throws(WitanError) -> Void
  ) throws(WitanError) {
    let scorer = PanelScorer(panel)
    for start in stride(from: 0, to: texts.count, by: PanelScorer.size) {
      Terminal.progress("scoring text \(start + 1) of \(texts.count)")
      let batch = texts[start..<min(texts.count, start + PanelScorer.size)]
      for text in batch { scorer.add(text.text, prompt: text.prompt, side: side) }
      _ = scorer.flush()
      for (i, text) in batch.enumerated() { try body(text, scorer.opinions(of: i)) }
    }
    Terminal.endProgress()
  }
}

extension Terminal {
  /// Says which members of a policy nobody speaks for.
  static func noteMissing(_ panel: PolicyPanel) {
    for member in panel.missing {
      note(
        "the policy '\(panel.policy.id)' wants '\(member)', which has no model: it counts as missing")
    }
  }
}
