internal import Crypto
internal import Foundation
public import Witan

extension Policy {
  /// Reads the policy at `path`, with the SHA-256 of the file as its digest.
  ///
  /// Throws `io` when the file cannot be read and `invalidValue` when it breaks a rule, naming file, line and
  /// column.
  public init(path: String) throws(WitanError) {
    let bytes = try SourceFile.bytes(path)
    let digest = "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    try self.init(yaml: SourceFile.text(bytes, path), file: path, digest: digest)
  }

  /// Reads a policy from YAML (or JSON, which is YAML); `file` is its name in errors, `digest` what decisions
  /// name it by.
  public init(yaml source: String, file: String, digest: String? = nil) throws(WitanError) {
    let tree = try YAMLTree(yaml: source, file: file)
    do throws(PolicyFault) { try self.init(tree.json, digest: digest) } catch { throw tree.error(error) }
  }

  /// Reads what a user set for themselves; see `userLayer(json:)`. Throws as `init(path:)`.
  public func userLayer(path: String) throws(WitanError) -> UserLayer {
    try userLayer(yaml: SourceFile.text(path), file: path)
  }

  /// Reads what a user set for themselves from YAML; `file` is its name in errors.
  public func userLayer(yaml source: String, file: String) throws(WitanError) -> UserLayer {
    let tree = try YAMLTree(yaml: source, file: file)
    do throws(PolicyFault) { return try userLayer(tree.json) } catch { throw tree.error(error) }
  }
}
