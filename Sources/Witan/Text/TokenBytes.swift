/// The bytes that each token id of a language model stands for, so that a stream can be given ids.
///
/// A token may be a part of a character; streams take bytes split anywhere. Special tokens, such as the end of
/// a turn, stand for no bytes. What a decoder does to the beginning of a whole text, leaving out a space, is
/// not done: a separator more changes no score.
public final class TokenBytes: @unchecked Sendable {  // immutable after init
  /// Ids beyond are refused, so that a damaged file cannot ask for memory without end.
  static let maximumID = (1 << 24) - 1

  /// Ids are below this; some may have no token.
  public let count: Int
  private let bytes: UnsafeMutablePointer<UInt8>  // [offsets.last]
  private let offsets: UnsafeMutablePointer<UInt32>  // [count + 1]
  private let isToken: UnsafeMutablePointer<Bool>  // [count]

  /// `tokens` by id; nil where there is none. Throws `unsupported` when they are too many. O(bytes)
  init(tokens: [[UInt8]?]) throws(WitanError) {
    let total = tokens.reduce(0) { $0 + ($1?.count ?? 0) }
    guard tokens.count <= Self.maximumID + 1, total <= Int(Int32.max) else {
      throw WitanError(.unsupported, "the vocabulary has more than 2^24 tokens or 2^31 bytes")
    }
    count = tokens.count
    bytes = .allocate(capacity: total)
    offsets = .allocate(capacity: count + 1)
    isToken = .allocate(capacity: count)
    var end = 0
    for (id, token) in tokens.enumerated() {
      (offsets + id).initialize(to: UInt32(end))
      (isToken + id).initialize(to: token != nil)
      for byte in token ?? [] {
        (bytes + end).initialize(to: byte)
        end += 1
      }
    }
    (offsets + count).initialize(to: UInt32(end))
  }

  deinit {
    bytes.deallocate()
    offsets.deallocate()
    isToken.deallocate()
  }

  /// The bytes of a token, none for special ones; nil when no token has this id. Valid as long as the
  /// vocabulary. O(1)
  public func bytes(of id: Int) -> UnsafeBufferPointer<UInt8>? {
    guard 0..<count ~= id, isToken[id] else { return nil }
    let start = Int(offsets[id])
    return UnsafeBufferPointer(start: bytes + start, count: Int(offsets[id + 1]) - start)
  }

  /// As `bytes(of:)`; throws `invalidValue` when no token has this id.
  func demand(_ id: Int) throws(WitanError) -> UnsafeBufferPointer<UInt8> {
    guard let bytes = bytes(of: id) else {
      throw WitanError(
        .invalidValue, "no token of the vocabulary has the id \(id); is it the model's own?", at: "token")
    }
    return bytes
  }
}
