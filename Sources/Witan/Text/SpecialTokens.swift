/// The tokens that are found in raw text before anything else is done to it, such as `[CLS]`: the
/// leftmost match counts, and of those the longest.
///
/// A trie over code points. Its node is all that a stream keeps of the characters that may still become
/// a token, since the way to a node is these characters.
struct SpecialTokens {
  /// Characters of the longest token accepted.
  static let maximumLength = 255

  private struct Node {
    var parent: Int32
    var character: UInt32
    var depth: Int32
    var acceptedID: UInt32 = 0  // of the longest token on the way here,
    var acceptedLength: Int32 = 0  // which has so many characters; 0 when there is none
    var children: [Int32] = []
  }

  private var nodes = [Node(parent: 0, character: 0, depth: 0)]

  /// How many nodes there are; a node is a number below it, the root is 0.
  var count: Int { nodes.count }

  /// Adds a token; of two that are the same the last counts. Throws `unsupported` when it is too long.
  mutating func insert(_ token: String, id: UInt32, at place: String) throws(WitanError) {
    let characters = Array(token.unicodeScalars)
    guard characters.count <= Self.maximumLength else {
      throw WitanError(
        .unsupported, "\(characters.count) characters are too many; a stream looks ahead 255", at: place)
    }
    guard nodes.count + characters.count <= 1 << 16 else {
      throw WitanError(.unsupported, "the added tokens are too many", at: place)
    }
    var at = 0
    for c in characters {
      if let next = child(at, c.value) {
        at = next
        continue
      }
      let node = nodes[at]
      nodes[at].children.append(Int32(nodes.count))
      nodes.append(
        Node(
          parent: Int32(at), character: c.value, depth: node.depth + 1, acceptedID: node.acceptedID,
          acceptedLength: node.acceptedLength))
      at = nodes.count - 1
    }
    accept(id, length: nodes[at].depth, from: at)
  }

  /// Writes the token at node `at` there and below, as far as no longer one is known.
  private mutating func accept(_ id: UInt32, length: Int32, from at: Int) {
    var open = [at]
    while let i = open.popLast() {
      guard nodes[i].acceptedLength <= length else { continue }
      (nodes[i].acceptedID, nodes[i].acceptedLength) = (id, length)
      open += nodes[i].children.map(Int.init)
    }
  }

  func child(_ node: Int, _ character: UInt32) -> Int? {
    for i in nodes[node].children where nodes[Int(i)].character == character { return Int(i) }
    return nil
  }

  func isLeaf(_ node: Int) -> Bool { nodes[node].children.isEmpty }

  /// The characters that can begin a token.
  var firstCharacters: [UInt32] { nodes[0].children.map { nodes[Int($0)].character } }

  /// The longest token on the way to a node; its length is 0 when there is none.
  func accepted(_ node: Int) -> (id: UInt32, length: Int) {
    (nodes[node].acceptedID, Int(nodes[node].acceptedLength))
  }

  /// Writes the characters on the way to a node, at most `maximumLength`; returns how many.
  func path(to node: Int, into characters: UnsafeMutablePointer<UInt32>) -> Int {
    let count = Int(nodes[node].depth)
    var at = node
    for i in stride(from: count - 1, through: 0, by: -1) {
      characters[i] = nodes[at].character
      at = Int(nodes[at].parent)
    }
    return count
  }
}
