internal import Crypto
internal import Foundation
public import Witan

/// Benign texts, and the largest value that each output shows while they arrive.
public struct StreamSample: Sendable {
  public let maxima: [[Float]]  // [texts][outputs]
  /// Bytes of each text. [texts]
  public let lengths: [Int]
  /// Who or where each text is from. [texts]
  public let groups: [String?]
  private let digests: [String]  // SHA-256 of each text [texts]

  /// Scores the texts; labels are not read. The group of an example is its `group`, else its only label.
  /// O(bytes + reads)
  public init(_ model: some TextModel, _ examples: [Example], _ reads: StreamMaxima.Reads) {
    self.init(
      examples, maxima: StreamMaxima.measure(examples.map(\.text), reads) { PrefixScorer(model.makeStream()) }
    )
  }

  /// The same with values that were measured in another way. [maxima: texts][outputs]
  public init(_ examples: [Example], maxima: [[Float]]) {
    precondition(examples.count == maxima.count)
    self.maxima = maxima
    lengths = examples.map(\.text.utf8.count)
    groups = examples.map { $0.group ?? ($0.labels.count == 1 ? $0.labels.keys.first : nil) }
    digests = examples.map { example in
      SHA256.hash(data: Data(example.text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
  }

  private init(_ whole: StreamSample, _ members: [Int]) {
    maxima = members.map { whole.maxima[$0] }
    lengths = members.map { whole.lengths[$0] }
    groups = members.map { whole.groups[$0] }
    digests = members.map { whole.digests[$0] }
  }

  public var count: Int { maxima.count }
  /// Texts that are not the same as one before them.
  public var distinct: Int { Set(digests).count }

  /// SHA-256 over the texts' own, sorted: it tells the sample whatever the order of its texts.
  public var digest: String {
    let all = SHA256.hash(data: Data(digests.sorted().joined().utf8))
    return "sha256:" + all.map { String(format: "%02x", $0) }.joined()
  }

  /// Splits off a share of the texts by a hash of text and seed: equal texts stay on one side.
  func split(holdingOut share: Double, seed: UInt64) -> (calibration: StreamSample, heldOut: StreamSample) {
    let isHeldOut = digests.map { digest in
      var random = SeededRandom(seed: seed, purpose: digest)
      return random.unit() < share
    }
    return (
      StreamSample(self, maxima.indices.filter { !isHeldOut[$0] }),
      StreamSample(self, maxima.indices.filter { isHeldOut[$0] })
    )
  }

  /// The values of one output, of all texts or of some. [texts]
  func values(_ output: Int, _ members: [Int]? = nil) -> [Float] {
    (members ?? Array(maxima.indices)).map { maxima[$0][output] }
  }
}
