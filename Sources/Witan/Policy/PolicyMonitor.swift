/// A policy over the readings of a stream: probabilities in, an action out, nothing allocated.
///
/// It decides as `Policy.decide` does of the opinions with the same probabilities, where no rule and no layer of the
/// policy has a debounce. One that has acts when as many of the last readings as it wants agreed, and a rule with
/// `until` keeps on until the probability falls below it, as the rules of a guard do (`DecisionRule`): give it one
/// reading a word. A debounce touches its own rule or layer alone: what the others want, the floor above all, they
/// want at the same word as without it. A value: a copy is a fork.
public struct PolicyMonitor: Sendable {
  /// A place among the probabilities and from where it counts.
  private struct Watch: Sendable {
    let output: Int
    let from: Float
    /// Below it a rule that is on lets go.
    let until: Float
    let target: Int
    /// Whose output it is.
    let member: Int
  }

  private struct Member: Sendable {
    let index: Int
    let outputs: Range<Int>
    /// Of `any`; -1 for classifiers without it.
    let any: Int
    let threshold: Float
    let abstains: Range<Float>?
    /// Its prohibitions, among those of all.
    let prohibited: Range<Int>
    let isPartial: Bool
    let isSilent: Sides
    /// Where no prohibition applies: prediction sets then say nothing.
    let isPermissive: Sides
  }

  /// A set of sides, with that of texts of which nobody said where they stand.
  private struct Sides: Sendable {
    private var bits: UInt8 = 0

    init(_ isIn: (Side?) -> Bool) {
      for (i, side) in ([nil] + Side.allCases).enumerated() where isIn(side) { bits |= 1 << UInt8(i) }
    }

    func contains(_ side: Side?) -> Bool {
      let i: UInt8 =
        switch side {
        case nil: 0
        case .prompt: 1
        case .response: 2
        case .exchange: 3
        }
      return bits >> i & 1 == 1
    }
  }

  public let decider: PolicyDecider
  /// Probabilities that a reading has: those of all sources one after the other.
  public let outputs: Int
  private let members: [Member]
  private let prohibitions: [Watch]
  private let watches: [Watch]
  private var state: PolicyState
  private var debounce: PolicyDebounce
  /// Where the text stands.
  private var side: Side?
  /// The last choice.
  private(set) var last = PolicyChoice()

  /// A monitor of readings that hold the outputs of `sources` one after the other. Sources that the policy does
  /// not name do not count; members without a source, or with one of another constitution than the policy
  /// names, are missing.
  ///
  /// Throws `invalidValue` for a role that the policy does not have, for a principle that a source should have
  /// and has not, and for two sources by one name. O(policy + outputs)
  public init(
    _ policy: Policy, _ context: PolicyContext = PolicyContext(), sources: [PolicySource]
  ) throws(WitanError) {
    try policy.check(context)
    let decider = PolicyDecider(policy, context)
    var (members, prohibitions, watches): ([Member], [Watch], [Watch]) = ([], [], [])
    var start = 0
    var seen: Set<String> = []
    for source in sources {
      defer { start += source.outputs }
      let name = source.provenance.member
      guard seen.insert(name).inserted else {
        throw WitanError(.invalidValue, "stands for two sources", at: "sources.\(name)")
      }
      guard let index = policy.members.firstIndex(where: { $0.name == name }),
        policy.members[index].mismatch(source.provenance) == nil
      else { continue }
      let hasAny = source.anyThreshold != nil
      let firstProhibition = prohibitions.count
      for i in source.labels.indices where source.labels[i].stance == .prohibit {
        let from = source.labels[i].threshold
        prohibitions.append(Watch(output: start + i, from: from, until: from, target: index, member: index))
      }
      members.append(
        Member(
          index: index, outputs: start..<start + source.outputs,
          any: hasAny ? start + source.labels.count : -1,
          threshold: source.anyThreshold ?? 1, abstains: source.abstains,
          prohibited: firstProhibition..<prohibitions.count,
          isPartial: !source.isComplete,
          isSilent: Sides { side in !source.labels.contains { $0.applies(to: side) } },
          isPermissive: Sides { side in
            !source.labels.contains { $0.stance == .prohibit && $0.applies(to: side) }
          }))
      for (target, signal) in decider.signals.enumerated() where signal.member == index {
        guard let (output, threshold) = try source.output(of: signal) else { continue }
        let from = signal.signal.from ?? threshold
        watches.append(
          Watch(
            output: start + output, from: from, until: signal.signal.until ?? from, target: target,
            member: index))
      }
    }
    outputs = start
    (self.decider, self.members) = (decider, members)
    (self.prohibitions, self.watches) = (prohibitions, watches)
    state = PolicyState(
      members: policy.members.count, signals: decider.signals.count, watched: decider.debounces.count)
    debounce = PolicyDebounce(decider)
    last = decider.choice(state)
  }

  /// Starts a new text that stands on `side`: members without rules about that side are silent. nil: nobody says
  /// where it stands. Until the first reading members are missing. O(policy), no allocation
  public mutating func begin(as side: Side?) {
    self.side = side
    debounce.reset()
    _ = fail()
  }

  /// What to do after a reading. Before the first, members are missing. A reading of another size, or whose
  /// numbers are no probabilities, is of members that are missing. O(outputs + policy), no allocation
  ///
  /// `isEnd`: whether it is of the whole text, which is decided on at once, without debounce.
  ///
  /// [probabilities: outputs]
  public mutating func decide(
    _ probabilities: UnsafeBufferPointer<Float>, isEnd: Bool = false
  ) -> GuardAction {
    guard probabilities.count == outputs else { return fail() }
    for m in members.indices { take(members[m], probabilities) }
    for w in watches.indices {
      let watch = watches[w]
      let isHeard = state.votes[watch.member].isHeard
      state.signals[watch.target] = isHeard && probabilities[watch.output] >= watch.from
      state.lasting[watch.target] = isHeard && probabilities[watch.output] >= watch.until
    }
    state.isDebounced = !debounce.isEmpty && !isEnd
    if state.isDebounced { debounce.take(&state, decider.layers) }
    last = decider.choice(state)
    return last.action
  }

  /// What to do when the stream cannot be read any more: all members are missing.
  public mutating func fail() -> GuardAction {
    for i in state.votes.indices { state.votes[i] = .absent }
    for i in state.signals.indices { (state.signals[i], state.lasting[i]) = (false, false) }
    state.isDebounced = false
    last = decider.choice(state)
    return last.action
  }

  /// The words from which text waits for what words to come could still bring; Int.max when it waits for nothing.
  var firstPendingWord: Int { state.isDebounced ? debounce.firstPendingWord : .max }

  /// The first of the words that added up to `cause`, where a debounce turned it on with the last one; else Int.max.
  func newOnset(_ cause: ResolvedCause) -> Int {
    guard state.isDebounced, let watched = cause.watched else { return .max }
    return debounce.newOnset(watched)
  }

  /// Somebody let pass what `cause` holds back.
  mutating func release(_ cause: ResolvedCause) {
    if let watched = cause.watched { debounce.release(watched) }
  }

  /// Writes which of the decider's causes are on. O(policy), no allocation
  ///
  /// [isOn: causes]
  func writeCauses(_ isOn: inout [Bool]) {
    for layer in decider.layers { layer.writeCauses(state, &isOn) }
  }

  /// Why the last action was chosen.
  public var decision: PolicyDecision { decision(last) }

  /// A choice in words, in the light of the last reading.
  func decision(_ choice: PolicyChoice) -> PolicyDecision { decider.decision(choice, state) }

  private mutating func take(_ member: Member, _ p: UnsafeBufferPointer<Float>) {
    for i in member.outputs where !(p[i] >= 0 && p[i] <= 1) {
      state.votes[member.index] = .absent
      return
    }
    guard !member.isSilent.contains(side) else {
      (state.votes[member.index], state.isPartial[member.index]) = (.silent, false)
      return
    }
    var objection: Float = member.any < 0 ? 0 : p[member.any]
    var objects = member.any >= 0 && objection >= member.threshold
    if member.any < 0 {
      for w in member.prohibited {
        let watch = prohibitions[w]
        objection = max(objection, p[watch.output])
        objects = objects || p[watch.output] >= watch.from
      }
    }
    var abstains = false
    if let range = member.abstains {
      let judges = !(side != nil && member.isPermissive.contains(side))
      abstains = judges && range.contains(objection)
      objects = judges && objection >= range.upperBound
    }
    state.votes[member.index] = abstains ? .abstains : objects ? .objects : .accepts
    state.objections[member.index] = objection
    state.isPartial[member.index] = member.isPartial
  }
}

extension PolicySource {
  /// Where a signal's principle is among the outputs, with its own threshold; nil for an exemption by a principle
  /// that neither permits nor encourages. Throws `invalidValue` when there is none.
  package func output(of signal: PolicySignal, isExemption: Bool) throws(WitanError) -> (Int, Float)? {
    if signal.principle == GuardOptions.any, let anyThreshold { return (labels.count, anyThreshold) }
    guard let i = labels.firstIndex(where: { $0.id == signal.principle }) else {
      let ids = labels.map(\.id)
      let hint = Spelling.nearest(to: signal.principle, in: ids).map { "; did you mean '\($0)'?" } ?? "."
      throw WitanError(
        .invalidValue,
        "is no principle of '\(provenance.title)'\(hint) It has \(ids.joined(separator: ", "))",
        at: signal.name)
    }
    return isExemption && !labels[i].canExempt ? nil : (i, labels[i].threshold)
  }

  fileprivate func output(of signal: ResolvedSignal) throws(WitanError) -> (Int, Float)? {
    try checkUntil(of: signal.signal)
    return try output(of: signal.signal, isExemption: signal.isExemption)
  }

  /// Throws `invalidValue` when a rule could let go above where it acts.
  package func checkUntil(of signal: PolicySignal) throws(WitanError) {
    guard let until = signal.until, let threshold = try output(of: signal, isExemption: false)?.1,
      until > signal.from ?? threshold
    else { return }
    throw WitanError(
      .invalidValue,
      "'until' (\(until)) is above where the rule acts: the threshold of '\(provenance.title)' for it is \(threshold)",
      at: signal.name)
  }
}

extension Label {
  /// Whether the label's principle can exempt from a rule: more of a prohibition never makes an action milder.
  package var canExempt: Bool { stance == .permit || stance == .encourage }
}
