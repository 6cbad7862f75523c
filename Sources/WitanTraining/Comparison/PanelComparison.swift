public import Witan

/// Where the members of a panel agree on a set of texts, where they do not, and on which texts most.
///
/// Verdicts are added one by one; of the texts only the most contested are kept.
public struct PanelComparison: Sendable {
  /// How often a member stands where.
  public struct Member: Sendable {
    public let provenance: Provenance
    /// Texts by the member's standing.
    public internal(set) var texts: [Standing: Int] = [:]
    /// Texts on which this member alone objects, and those on which all others who can tell object but it.
    public internal(set) var objectsAlone = 0
    public internal(set) var acceptsAlone = 0
  }

  /// A text with what all said of it.
  public struct Contested: Sendable {
    public let text: String
    /// The text's number, counted from 1 in the order of `add`.
    public let number: Int
    public let verdict: PanelVerdict
  }

  public private(set) var members: [Member]
  public private(set) var textCount = 0
  /// Texts on which some object and others do not.
  public private(set) var contestedCount = 0
  /// The most contested texts, most contested first: by `Dissent.division`, then by `spread`.
  public private(set) var contested: [Contested] = []
  var pairs: [[PairCounts]]  // [members][members], the upper half
  var units = AgreementUnits()
  var relations: [RelationKey: RelationCounts] = [:]
  var flags: [PrincipleKey: Int] = [:]
  private let top: Int

  /// A comparison of these members, in the order of the verdicts' opinions, that keeps `top` texts.
  public init(_ members: [Provenance], top: Int = 10) {
    self.members = members.map { Member(provenance: $0) }
    pairs = Array(repeating: Array(repeating: PairCounts(), count: members.count), count: members.count)
    self.top = max(0, top)
  }

  /// Counts a text. O(members^2 + pairs of flagged principles). `verdict` has an opinion of each member, in
  /// order.
  public mutating func add(_ text: String, _ verdict: PanelVerdict) {
    let opinions = verdict.opinions
    precondition(opinions.count == members.count, "one opinion of each member is wanted")
    textCount += 1
    let standings = opinions.map(\.standing)
    for i in members.indices { members[i].texts[standings[i], default: 0] += 1 }
    let dissent = verdict.dissent
    if dissent.isContested {
      contestedCount += 1
      let (objecting, others) = (dissent.objects.count, dissent.accepts.count + dissent.supports.count)
      for i in members.indices {
        if objecting == 1, standings[i] == .objects { members[i].objectsAlone += 1 }
        if others == 1, standings[i] == .accepts || standings[i] == .supports { members[i].acceptsAlone += 1 }
      }
      keep(Contested(text: text, number: textCount, verdict: verdict))
    }
    units.add(objecting: dissent.objects.count, others: dissent.accepts.count + dissent.supports.count)
    for i in members.indices {
      for j in members.indices where j > i { pairs[i][j].add(standings[i], standings[j]) }
    }
    addRelations(text, opinions)
  }

  private mutating func keep(_ new: Contested) {
    func isMore(_ a: Contested, _ b: Contested) -> Bool {
      let (a, b) = (a.verdict.dissent, b.verdict.dissent)
      return a.division != b.division ? a.division > b.division : a.spread > b.spread
    }
    guard contested.count < top || contested.last.map({ isMore(new, $0) }) == true else { return }
    let place = contested.firstIndex { isMore(new, $0) } ?? contested.count
    contested.insert(new, at: place)
    if contested.count > top { contested.removeLast() }
  }

  /// Krippendorff's alpha of objecting or not, over all members, those that cannot tell left out
  /// (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, nominal data): 1 where all agree always,
  /// 0 where they do no more than chance would have it; nil when all say the same of every text.
  public var alpha: Double? { units.alpha }

  /// What two members have in common, of each pair in order. O(members^2)
  public var agreements: [Agreement] {
    members.indices.flatMap { i in
      members.indices.filter { $0 > i }.map { j in
        Agreement(
          first: members[i].provenance.member, second: members[j].provenance.member, counts: pairs[i][j])
      }
    }
  }
}

/// Numbers of texts on which some object and others do not, as Krippendorff's alpha wants them.
struct AgreementUnits: Sendable {
  private var objecting = 0
  private var values = 0
  private var disagreement = 0.0

  mutating func add(objecting: Int, others: Int) {
    let n = objecting + others
    guard n > 1 else { return }  // nothing to pair with
    self.objecting += objecting
    values += n
    disagreement += Double(2 * objecting * others) / Double(n - 1)
  }

  var alpha: Double? {
    let expected = 2 * Double(objecting) * Double(values - objecting) / Double(max(1, values - 1))
    return expected > 0 ? 1 - disagreement / expected : nil
  }
}
