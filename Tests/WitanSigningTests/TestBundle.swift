import Foundation
import Witan
import WitanSigning

/// A folder of small files, removed when the value goes.
final class TestBundle {
  let path: String
  let root: URL

  /// The files that Fixtures/bundle.sig signs; scripts/signing_interop.py has the same.
  static let files: [(name: String, content: [UInt8])] = [
    ("constitution.yaml", Array("constitution: test\n".utf8)),
    ("model.bin", Array(0...255)), ("empty", []), ("sub/b", Array("b\n".utf8)),
    ("sub/deep/c", Array("c\n".utf8)), ("sub-x", Array("x\n".utf8)), (".hidden", Array("h\n".utf8)),
    ("\u{FC}n\u{EF} \u{1F511}.txt", Array("u\n".utf8)), (".gitignore", Array("ignored\n".utf8)),
    (".git/HEAD", Array("ref\n".utf8)),
  ]
  /// Those of them that are signed by default, in the order of the format.
  static let signedNames = [
    ".hidden", "constitution.yaml", "empty", "model.bin", "sub/b", "sub/deep/c", "sub-x",
    "\u{FC}n\u{EF} \u{1F511}.txt",
  ]

  init(_ files: [(name: String, content: [UInt8])] = TestBundle.files) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "witan-sign-\(UUID().uuidString)")
    root = folder.appendingPathComponent("bundle")
    path = root.path
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for (name, content) in files { try write(name, content) }
  }

  deinit { try? FileManager.default.removeItem(at: root.deletingLastPathComponent()) }

  func write(_ name: String, _ content: [UInt8]) throws {
    let file = root.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: file)
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: root.appendingPathComponent(name))
  }

  /// The path of a file in it, or beside it with `..`.
  func path(_ name: String) -> String {
    name.hasPrefix("../")
      ? root.deletingLastPathComponent().path + name.dropFirst(2) : path + "/" + name
  }

  /// Signs the folder without git's files; the signature is written beside it. Returns its path.
  @discardableResult
  func sign(_ key: SigningKey, paths: [String]? = nil, as name: String = "../bundle.sig") throws -> String {
    var options = FileSelection.Options()
    options.ignoredNames = FileSelection.Options.gitNames
    options.ignoredPaths = [path(name)]
    let manifest = try Manifest(of: FileSelection(paths: paths ?? [path], options: options))
    try write(name, try SignatureBundle(signing: manifest, with: key).text)
    return path(name)
  }

  /// What verifying says: "verified", the lines of the difference, or the error.
  func verdict(_ signers: KnownSigners, signature: String? = nil, paths: [String]? = nil) -> String {
    do throws(WitanError) {
      let signature = signature ?? path("../bundle.sig")
      var options = FileSelection.Options()
      options.ignoredPaths = [signature]
      let bundle = try SignedBundle(signature: signature, signers: signers)
      let difference = try bundle.difference(of: paths ?? [path], options: options)
      return difference.isEmpty ? "verified" : difference.lines.joined(separator: "; ")
    } catch {
      return "\(error.code): \(error)"
    }
  }

  static func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
      .appendingPathComponent(name).path
  }
}

extension SigningKey {
  /// The key as the only known signer.
  var signers: KnownSigners { KnownSigners([KnownSigner(name: "council", key: publicKey)]) }
}

/// The error that `body` ends with, as text.
func message(_ body: () throws(WitanError) -> Void) -> String {
  do throws(WitanError) {
    try body()
    return "no error"
  } catch { return "\(error.code): \(error)" }
}
