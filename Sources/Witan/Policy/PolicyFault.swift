/// What is wrong in a policy, and where in its tree.
package struct PolicyFault: Error, Sendable {
  /// As `layers[2].rules[1].then`, counted from 1; empty for the whole file.
  package let path: String
  /// Whether it is the key that is wrong, not its value.
  package let isAboutKey: Bool
  package let message: String

  package init(_ message: String, at path: String, isAboutKey: Bool = false) {
    (self.message, self.path, self.isAboutKey) = (message, path, isAboutKey)
  }

  /// For readers of JSON.
  package var error: WitanError { WitanError(.invalidValue, message, at: path.isEmpty ? "policy" : path) }
}
