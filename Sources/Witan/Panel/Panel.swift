/// Several constitutions that grade a text in one pass, each for itself: nothing is averaged, and no answer is one
/// number. What each says is, bit for bit, what its classifier says alone.
///
/// Features are hashed once, word pieces summed once, and the weights of all members stand side by side: the tables
/// of n-grams are copied into one whose rows hold the columns of all, and all dense products are one.
///
/// A panel does not change: `adding` and `dropping` make another, and streams that run keep the one they were made
/// from. Safe to share between threads.
public final class Panel: Sendable {
  /// Members that a panel may have.
  public static let maximumMembers = 256
  /// Columns of all members together, and bytes of their common tables.
  static let (maximumColumns, maximumBytes) = (8192, 1 << 31)

  public let members: [PanelMember]
  let head: Head
  let features: [PanelFeatures]
  /// Tables of word-piece vectors in use.
  let embeddings: [StaticEmbeddings]
  /// What rules of guards and policies call each output: `member/principle`, or `member/any`. [outputCount]
  public let outputNames: [String]
  /// Tells this panel from others by its members in their order: their saved streams cannot be mixed up.
  let fingerprint: UInt64

  /// Throws `invalidValue` when there is no member, or more than 256, or two of one name; `limit` when their tables
  /// together are too large. O(buckets x columns): about 20 ms for 20 constitutions.
  public init(_ members: [PanelMember]) throws(WitanError) {
    guard 1...Self.maximumMembers ~= members.count else {
      throw WitanError(
        .invalidValue, "there are \(members.count); a panel has 1 to \(Self.maximumMembers) members",
        at: "members")
    }
    var names = Set<String>()
    for member in members where !names.insert(member.name).inserted {
      throw WitanError(
        .invalidValue, "is the name of two members; give one of them another", at: "members.\(member.name)")
    }
    self.members = members
    outputNames = members.flatMap { member in
      let spec = member.classifier.spec
      return (0..<spec.outputs).map { "\(member.name)/\(spec.outputName($0))" }
    }
    let identity = members.map { member in
      let (name, model) = (member.name, member.classifier)
      return "\(name.utf8.count) \(name) \(model.fingerprint) \(model.embeddings?.digest ?? "-")"
    }
    fingerprint = fnv1a(identity.joined(separator: "\n").utf8)
    var embeddings: [StaticEmbeddings] = []
    var parts = members.map { member in
      var part = HeadPart(spec: member.classifier.spec, weights: member.classifier.weights)
      if let own = member.classifier.embeddings {
        part.table = embeddings.firstIndex { $0.isSame(as: own) } ?? embeddings.count
        if part.table == embeddings.count { embeddings.append(own) }
      }
      return part
    }
    try Self.checkSize(members)
    var lane = 0
    features = Self.group(members.map(\.classifier.spec.features)).enumerated().map { number, group in
      let tables = group.tables.map { own in
        let spec = members[own[0]].classifier.spec.features
        let fused = FusedTable(own.map { members[$0].classifier.table }, log2Buckets: spec.log2Buckets)
        for (member, column) in zip(own, fused.firstColumns) {
          parts[member].firstColumn = lane + column
          parts[member].features = number
        }
        defer { lane += Head.padded(fused.columns) }
        return PanelFeatures.Table(
          fused: fused, firstLane: lane, shift: UInt32(group.spec.log2Buckets - spec.log2Buckets), spec: spec)
      }
      return PanelFeatures(spec: group.spec, tables: tables)
    }
    self.embeddings = embeddings
    head = Head(parts, lanes: lane, featureCounts: features.count)
    // Their rows have been copied: the originals are read again only to explain.
    for member in members { member.classifier.letGoOfPages() }
  }

  /// Opens models of constitutions: a panel of them under the names that they give themselves. Throws as
  /// `Classifier(path:embeddings:)` and `init(_:)`.
  public convenience init(paths: [String], embeddings: StaticEmbeddings? = nil) throws(WitanError) {
    var members: [PanelMember] = []
    for path in paths { members.append(PanelMember(try Classifier(path: path, embeddings: embeddings))) }
    try self.init(members)
  }

  /// A panel of these members and one more. Throws and costs as `init(_:)`.
  public func adding(_ member: PanelMember) throws(WitanError) -> Panel { try Panel(members + [member]) }

  /// A panel without the member of this name. Throws `invalidValue` when there is none, or no other.
  public func dropping(_ name: String) throws(WitanError) -> Panel {
    guard members.contains(where: { $0.name == name }) else {
      throw WitanError(
        .invalidValue, "is no member; there are \(members.map(\.name).joined(separator: ", "))",
        at: "members.\(name)")
    }
    return try Panel(members.filter { $0.name != name })
  }

  /// Probabilities that a text gets: those of each member after the other.
  public var outputCount: Int { head.outputs }

  /// Where the probabilities of member `index` stand among all: its labels, then `any` if it has one.
  public func outputs(of index: Int) -> Range<Int> {
    let first = head.firstOutputs[index]
    return first..<first + members[index].classifier.spec.outputs
  }

  /// Bytes of memory that the panel holds beside its members.
  public var byteCount: Int {
    features.reduce(0) { $0 + $1.tables.reduce(0) { $0 + $1.fused.byteCount } } + head.byteCount
  }

  /// A new stream: the incremental scorer of one text.
  public func makeStream() -> PanelStream { PanelStream(self) }

  /// A stream that can be read through windows of its last words too (`PanelStream.readLargest`); the caller says where
  /// words end (`advance`), as `StreamGuard` does. [windows: words, 1...4096 each]
  ///
  /// Throws `invalidValue` for a window out of range.
  public func makeStream(windows: [Int]) throws(WitanError) -> PanelStream {
    guard windows.allSatisfy({ 1...4096 ~= $0 }) else {
      throw WitanError(.invalidValue, "are not in 1...4096 words", at: "windows")
    }
    return PanelStream(self, windows: windows)
  }

  /// What all say of a whole text. With a prompt it is judged as the answer to it, else as a text on `side`.
  /// O(bytes). For many texts use a `PanelScorer`.
  public func verdict(_ text: String, prompt: String? = nil, side: Side? = nil) -> PanelVerdict {
    let stream = makeStream()
    if prompt != nil { stream.begin(prompt: prompt) } else { stream.begin(as: side) }
    stream.push(text)
    stream.finish()
    return stream.verdict
  }

  // MARK: - Grouping

  private static func checkSize(_ members: [PanelMember]) throws(WitanError) {
    var (columns, bytes) = (0, 0)
    for member in members {
      let spec = member.classifier.spec
      columns += spec.columns
      bytes += spec.columns * spec.features.buckets
      guard columns <= maximumColumns, bytes <= maximumBytes else {
        throw WitanError(
          .limit,
          "with this member the panel has \(columns) columns and tables of \(bytes >> 20) MB; it may have "
            + "\(maximumColumns) and \(maximumBytes >> 20) MB. Take fewer or smaller models",
          at: "members.\(member.name)")
      }
    }
  }

  /// The members by the kind of their features, and those of one kind by the number of their buckets.
  private static func group(_ specs: [FeatureSpec]) -> [(spec: FeatureSpec, tables: [[Int]])] {
    var groups: [(spec: FeatureSpec, tables: [[Int]])] = []
    for (i, spec) in specs.enumerated() {
      guard
        let g = groups.firstIndex(where: { $0.spec.kinds == spec.kinds && $0.spec.version == spec.version })
      else {
        groups.append((spec, [[i]]))
        continue
      }
      if groups[g].spec.log2Buckets < spec.log2Buckets { groups[g].spec = spec }
      if let t = groups[g].tables.firstIndex(where: { specs[$0[0]].log2Buckets == spec.log2Buckets }) {
        groups[g].tables[t].append(i)
      } else {
        groups[g].tables.append([i])
      }
    }
    return groups
  }
}
