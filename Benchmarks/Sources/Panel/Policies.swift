import CAllocationCounter
import Witan

/// What a policy costs on top of a panel: `PolicyStream` beside `PanelStream` with a reading after each chunk.
struct PolicyCost {
  /// Chunks of the text whose allocations are counted.
  private static let counted = 10_000

  let panel: Panel
  let stream: PanelStream
  let plain: PolicyStream
  /// The same policy with a debounce on every layer and rule.
  let debounced: PolicyStream

  init(_ members: [PanelMember]) throws {
    // Names as policies have them.
    let panel = try Panel(members.enumerated().map { PanelMember($1.classifier, name: "m\($0 + 1)") })
    self.panel = panel
    stream = panel.makeStream()
    func made(_ debounce: String?) throws -> PolicyStream {
      let policy = try Policy(json: Self.policy(panel, debounce))
      return try PolicyStream(PolicyPanel(panel, policy), holdWords: 8, maximumBytes: 1 << 40)
    }
    (plain, debounced) = (try made(nil), try made("2/4"))
  }

  /// A floor with a rule for each member, and a layer of all with two more. They mark text and hold none back, so that
  /// all of it is graded.
  private static func policy(_ panel: Panel, _ debounce: String?) -> String {
    let words = debounce.map { #", "debounce": "\#($0)""# } ?? ""
    func rule(_ i: Int, _ label: Int, _ from: Double) -> String {
      let labels = panel.members[i].classifier.spec.labels
      let principle = "\(panel.members[i].name)/\(labels[label % labels.count].id)"
      return #"{"when": "\#(principle)", "from": \#(from), "then": "annotate"\#(words)}"#
    }
    let each = panel.members.indices.map { rule($0, 0, 1) }.joined(separator: ", ")
    let members = panel.members.map { member in
      #"{"name": "\#(member.name)", "constitution": "\#(member.provenance.constitution ?? member.name)"}"#
    }.joined(separator: ", ")
    return #"""
      {"witan_policy": 1, "id": "cost", "title": "Cost", "version": "1", "missing": "annotate",
       "owner": {"who": "w", "adopted": "a", "contact": "c"}, "members": [\#(members)],
       "floor": {"objects": "annotate", "rules": [\#(each)]\#(words)},
       "layers": [{"name": "house", "combine": "unanimity", "objects": "annotate",
         "rules": [\#(rule(0, 1, 0.5)), \#(rule(panel.members.count - 1, 2, 0.9))]\#(words)}]}
      """#
  }

  /// Grades `text` in `chunks` by a policy; all of it must come out.
  func run(_ policy: PolicyStream, _ bytes: UnsafeBufferPointer<UInt8>, _ chunks: [Range<Int>]) {
    policy.begin(as: nil)
    var emitted = 0
    for chunk in chunks { emitted += policy.push(UnsafeBufferPointer(rebasing: bytes[chunk])).emit }
    emitted += policy.finish().emit
    precondition(emitted == bytes.count, "\(emitted) of \(bytes.count) bytes went out: \(policy.decision)")
  }

  /// The same without a policy, with a reading after each chunk. -> the sum of the first output
  func read(_ bytes: UnsafeBufferPointer<UInt8>, _ chunks: [Range<Int>]) -> Float {
    stream.reset()
    var sum: Float = 0
    for chunk in chunks {
      stream.push(UnsafeBufferPointer(rebasing: bytes[chunk]))
      sum += stream.read()[0]
    }
    return sum
  }

  /// Stops where a push allocates; nothing may, once the buffers are as large as the text wants them.
  func checkAllocations(_ bytes: UnsafeBufferPointer<UInt8>, _ chunks: [Range<Int>]) {
    for policy in [plain, debounced] {
      policy.begin(as: nil)
      var emitted = 0
      for chunk in chunks.prefix(Self.counted) {
        emitted += policy.push(UnsafeBufferPointer(rebasing: bytes[chunk])).emit
      }
      witan_allocations_start()
      for chunk in chunks.dropFirst(Self.counted).prefix(Self.counted) {
        emitted += policy.push(UnsafeBufferPointer(rebasing: bytes[chunk])).emit
      }
      let count = witan_allocations_stop()
      precondition(
        count <= 0 && emitted > 0, "\(count) allocations in \(Self.counted) chunks of a policy stream")
    }
  }
}
