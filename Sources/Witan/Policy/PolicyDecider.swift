/// A policy in one context, ready for many decisions: names are numbers, roles and users are applied.
///
/// Immutable; equal opinions give equal decisions, in whatever order they come.
public struct PolicyDecider: Sendable {
  public let policy: Policy
  public let context: PolicyContext
  let layers: [ResolvedLayer]  // the floor, the layers that count, the user's
  private let named: [PolicyLayer]  // [layers]
  private let lists: PolicyLists  // what the layers point into
  let signals: [ResolvedSignal]
  let debounces: [ResolvedRule]  // of streams
  let causes: [ResolvedCause]

  /// O(policy)
  public init(_ policy: Policy, _ context: PolicyContext = PolicyContext()) {
    let resolver = PolicyResolver(policy, context)
    (self.policy, self.context) = (policy, context)
    (layers, signals, debounces) = (resolver.layers, resolver.signals, resolver.debounces)
    (named, lists, causes) = (resolver.named, resolver.lists, resolver.causes)
  }

  /// What to do with the text that `opinions` are of, and why. Opinions of members that the policy does not name
  /// do not count; of two by one name the first does. Those that are silent count on no side. No opinions at all,
  /// as of a stream that failed, are missing members. A whole text is decided on at once: debounces are for streams.
  /// O(policy + opinions)
  public func decide(_ opinions: [Opinion]) -> PolicyDecision {
    let state = state(opinions)
    return decision(choice(state), state)
  }

  /// The most severe of what the layers want; of equals the first.
  func choice(_ state: PolicyState) -> PolicyChoice {
    var best = PolicyChoice()
    for i in layers.indices {
      var choice = layers[i].choice(state)
      if choice.action > best.action {
        choice.layer = i
        best = choice
      }
    }
    return best
  }

  /// How the opinions count.
  private func state(_ opinions: [Opinion]) -> PolicyState {
    var state = PolicyState(members: policy.members.count, signals: signals.count)
    var heard: [Opinion?] = []
    for (i, member) in policy.members.enumerated() {
      let found = opinions.first { $0.provenance.member == member.name }
      guard let opinion = found, member.mismatch(opinion.provenance) == nil, opinion.isGraded else {
        heard.append(nil)
        continue
      }
      let standing = opinion.standing
      heard.append(standing == .silent ? nil : opinion)
      state.isPartial[i] = standing != .silent && (!opinion.isComplete || opinion.scores.isTruncated)
      state.objections[i] = opinion.objection
      switch standing {
      case .objects: state.votes[i] = .objects
      case .undecided: state.votes[i] = .abstains
      case .accepts, .supports: state.votes[i] = .accepts
      case .silent: state.votes[i] = .silent
      }
    }
    for (i, signal) in signals.enumerated() {
      state.signals[i] = heard[signal.member].map { signal.isOn($0) } ?? false
    }
    return state
  }

  /// A choice in words.
  func decision(_ choice: PolicyChoice, _ state: PolicyState) -> PolicyDecision {
    guard choice.layer >= 0 else {
      return PolicyDecision(
        action: .emit, layer: "default", rule: "default", members: [], policy: policy.identity)
    }
    let (layer, own) = (layers[choice.layer], named[choice.layer])
    func names(_ isIn: (Int) -> Bool) -> [String] {
      layer.members.filter(isIn).map { policy.members[$0].name }
    }
    let adjuster: String? =
      switch choice.adjustment {
      case .none: nil
      case .role: "role \(context.role ?? "")"
      case .user: "user"
      }
    func decision(_ rule: String, _ members: [String], _ principles: [String] = []) -> PolicyDecision {
      PolicyDecision(
        action: choice.action, layer: own.name, rule: rule, members: members, principles: principles,
        adjustedBy: adjuster, policy: policy.identity)
    }
    switch choice.cause {
    case .nothing: return decision("default", [])
    case .outcome(let outcome):
      // A mean rests on all who are in it.
      let isMean = if case .weights = layer.combination { true } else { false }
      let members = names { m in
        switch outcome {
        case .objects where isMean: state.votes[m].isHeard
        case .objects, .contested: state.votes[m] == .objects
        case .undecided: state.votes[m] == .abstains
        case .missing: state.votes[m] == .absent || state.isPartial[m]
        }
      }
      // Where nobody cannot tell it rests on those who object; what is on by words before this one, on all who are heard.
      let others = [names { state.votes[$0] == .objects }, names { state.votes[$0].isHeard }]
      return decision(outcome.rawValue, ([members] + others).first { !$0.isEmpty } ?? [])
    case .rule(let i):
      let rule = Array(layer.rules[i].signals)
      // A rule that is on by words before this one has none that is on, but perhaps some that last.
      let on =
        [rule.filter { state.signals[$0] }, rule.filter { state.lasting[$0] }, rule]
        .first { !$0.isEmpty }?.map { signals[$0] } ?? []
      var members: [String] = []
      for signal in on where !members.contains(signal.signal.member) { members.append(signal.signal.member) }
      return decision(own.rules[i].name, members, on.map(\.signal.name))
    }
  }
}

extension Policy {
  /// What to do with the text that `opinions` are of, and why; `PolicyDecider` makes many decisions in one
  /// context for less.
  public func decide(_ opinions: [Opinion], _ context: PolicyContext = PolicyContext()) -> PolicyDecision {
    PolicyDecider(self, context).decide(opinions)
  }
}

extension Opinion {
  /// Whether every number is a probability.
  fileprivate var isGraded: Bool {
    scores.probabilities.allSatisfy { 0...1 ~= $0 } && 0...1 ~= scores.any ?? 0
  }
}

extension ResolvedSignal {
  /// Whether the opinion's output reaches the threshold.
  fileprivate func isOn(_ opinion: Opinion) -> Bool {
    if signal.principle == GuardOptions.any {
      guard !isExemption, let any = opinion.scores.any else { return false }
      return (signal.from ?? opinion.anyThreshold).map { any >= $0 } ?? false
    }
    let scores = opinion.scores
    guard let i = scores.labels.firstIndex(where: { $0.id == signal.principle }) else { return false }
    guard !isExemption || scores.labels[i].canExempt else { return false }
    return scores.probabilities[i] >= signal.from ?? scores.labels[i].threshold
  }
}
