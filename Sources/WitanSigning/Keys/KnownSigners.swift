internal import Foundation
public import Witan

/// The public keys whose signatures are trusted, with the names of those who hold them.
///
/// The file is PEM: `PUBLIC KEY` blocks, each below a line with the name of its holder, `#` before it or not.
/// A key without such a line is named by its fingerprint. Files can be joined with `cat`.
public struct KnownSigners: Sendable {
  public let signers: [KnownSigner]

  public init(_ signers: [KnownSigner]) { self.signers = signers }

  /// Reads the file at `path`. Throws `io`, `format`, `invalidValue` or `unsupported` with the line.
  public init(path: String) throws(WitanError) {
    let bytes = try OpenFile(path: path, followsLinks: true).contents(limit: 1 << 22)
    try self.init(pem: bytes, at: path)
  }

  /// Reads PEM text; `place` is what errors name. Throws as `init(path:)`.
  public init(pem: [UInt8], at place: String = "signers") throws(WitanError) {
    var signers: [KnownSigner] = []
    for block in try PEMBlock.all(in: pem, at: place) {
      let line = "\(place):\(block.line)"
      let key = try VerificationKey(block, at: line)
      if let other = signers.first(where: { $0.key == key }) {
        throw WitanError(.invalidValue, "the key of '\(other.name)' stands twice", at: line)
      }
      guard !block.title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        throw WitanError(.format, "the name above the key has control characters", at: line)
      }
      let name = block.title.isEmpty ? "key \(key.fingerprint.hex.prefix(16))" : block.title
      signers.append(KnownSigner(name: name, key: key))
    }
    guard !signers.isEmpty else {
      throw WitanError(.format, "holds no public key in PEM", at: place)
    }
    self.signers = signers
  }
}
