public import Witan

extension Policy {
  /// Reads the policy at `path`.
  ///
  /// Throws `io` when the file cannot be read and `invalidValue` when it breaks a rule, naming file, line and
  /// column.
  public init(path: String) throws(WitanError) {
    try self.init(yaml: SourceFile.text(path), file: path)
  }

  /// Reads a policy from YAML (or JSON, which is YAML); `file` is its name in errors.
  public init(yaml source: String, file: String) throws(WitanError) {
    let tree = try YAMLTree(yaml: source, file: file)
    do throws(PolicyFault) { try self.init(tree.json) } catch { throw tree.error(error) }
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
