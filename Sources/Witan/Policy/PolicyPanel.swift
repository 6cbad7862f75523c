/// A panel whose members speak for those of a policy, in one context: from opinions to a verdict with a decision.
///
/// For each member of the policy the one of the panel speaks that has its name, else the only one of its
/// constitution; in verdicts it has the name that the policy gives it. Immutable, safe to share.
public struct PolicyPanel: Sendable {
  public let panel: Panel
  public let decider: PolicyDecider
  /// Members of the policy for whom nobody speaks: their opinions are missing.
  public let missing: [String]
  /// What each member of the panel is called here, and may speak as.
  let sources: [PolicySource]

  public var policy: Policy { decider.policy }
  /// Members of the panel who speak for nobody in the policy: their opinions do not count.
  public var unheard: [String] {
    let names = Set(policy.members.map(\.name))
    return zip(panel.members, sources).filter { !names.contains($0.1.provenance.member) }.map(\.0.name)
  }

  /// Throws `invalidValue` for a role that the policy does not have; for two who could speak for one member; for one
  /// who is not of the constitution, version, digest or signer that the policy demands; for a principle that
  /// a member should have and has not; and for one that should exempt and neither permits nor encourages.
  /// O(policy x members)
  public init(
    _ panel: Panel, _ policy: Policy, _ context: PolicyContext = PolicyContext()
  ) throws(WitanError) {
    try policy.check(context)
    let speakers = try policy.speakers(panel.members.map(\.provenance))
    var sources = panel.members.map { PolicySource($0) }
    for (member, speaker) in zip(policy.members, speakers) {
      guard let speaker else { continue }
      let provenance = sources[speaker].provenance.named(member.name)
      if let mismatch = member.mismatch(provenance) {
        throw WitanError(
          .invalidValue, "cannot speak for '\(member.name)': \(mismatch)",
          at: "members.\(panel.members[speaker].name)")
      }
      sources[speaker] = PolicySource(panel.members[speaker].classifier, provenance)
    }
    for layer in [policy.floor] + policy.layers + [context.user?.layer].compactMap({ $0 }) {
      for rule in layer.rules {
        try Self.check(rule.signals, sources, isExemption: false)
        try Self.check(rule.exemptions, sources, isExemption: true)
      }
      try Self.check(layer.exemptions, sources, isExemption: true)
    }
    self.panel = panel
    self.sources = sources
    missing = zip(policy.members, speakers).filter { $0.1 == nil }.map(\.0.name)
    decider = PolicyDecider(policy, context)
  }

  /// The verdict by `opinions`, which the panel gave. Throws `invalidValue` when they are not of its members.
  /// O(policy + opinions)
  public func verdict(_ opinions: [Opinion]) throws(WitanError) -> PanelVerdict {
    guard opinions.map(\.provenance) == panel.members.map(\.provenance) else {
      throw WitanError(.invalidValue, "are not those of this panel's members", at: "opinions")
    }
    let named = zip(opinions, sources).map { $0.speaking(as: $1.provenance) }
    return PanelVerdict(opinions: named, decision: decider.decide(named))
  }

  /// What decides on the readings of the panel's streams (`PanelStream.read`), without allocating. Tell it where each
  /// text stands (`PolicyMonitor.begin`). O(policy + outputs)
  public func makeMonitor() throws(WitanError) -> PolicyMonitor {
    try PolicyMonitor(policy, decider.context, sources: sources)
  }

  private static func check(
    _ signals: [PolicySignal], _ sources: [PolicySource], isExemption: Bool
  ) throws(WitanError) {
    for signal in signals {
      guard let source = sources.first(where: { $0.provenance.member == signal.member }) else { continue }
      guard try source.output(of: signal, isExemption: isExemption) != nil else {
        throw WitanError(
          .invalidValue, "neither permits nor encourages: it cannot exempt from anything", at: signal.name)
      }
      try source.checkUntil(of: signal)
    }
  }
}

extension Policy {
  /// For each member the place of the one in `panel` who speaks for it; nil where nobody does.
  fileprivate func speakers(_ panel: [Provenance]) throws(WitanError) -> [Int?] {
    let names = Set(members.map(\.name))
    var speakers: [Int?] = []
    for member in members {
      let named = panel.indices.filter { panel[$0].member == member.name }
      let own = panel.indices.filter {
        panel[$0].constitution == member.constitution && !names.contains(panel[$0].member)
      }
      let fits = named.isEmpty ? own : named
      guard fits.count < 2 else {
        throw WitanError(
          .invalidValue,
          "could speak for '\(member.name)' as '\(panel[fits[0]].member)' could; call the one so who shall",
          at: "members.\(panel[fits[1]].member)")
      }
      if let other = fits.first.flatMap(speakers.firstIndex) {
        throw WitanError(
          .invalidValue,
          "could speak for '\(members[other].name)' and for '\(member.name)'; call it as one of them",
          at: "members.\(panel[fits[0]].member)")
      }
      speakers.append(fits.first)
    }
    return speakers
  }
}

extension Provenance {
  /// The same under another member's name.
  fileprivate func named(_ member: String) -> Provenance {
    Provenance(
      member: member, title: title, constitution: constitution, version: version, digest: digest,
      author: author,
      modelDigest: modelDigest, signer: signer)
  }
}

extension Opinion {
  fileprivate func speaking(as provenance: Provenance) -> Opinion {
    Opinion(
      provenance: provenance, scores: scores, anyThreshold: anyThreshold, side: side, origin: origin,
      isComplete: isComplete, finding: finding, evidence: evidence)
  }
}
