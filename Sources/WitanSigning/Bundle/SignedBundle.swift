internal import Foundation
public import Witan

/// Files that a known signer has signed; what is read through it has the bytes that were signed.
///
/// Each file is copied into memory of this process, hashed there, and used from there: whoever changes it on
/// disk afterwards, or during the check, changes nothing that is used. Immutable, safe to share.
public struct SignedBundle: Sendable {
  public let manifest: Manifest
  public let signer: KnownSigner
  /// The path of the signature.
  public let signature: String
  /// The folder that names are relative to, when it was given.
  private let root: String?

  /// Reads the signature at `path` and verifies that one of `signers` made it.
  ///
  /// Names in a bundle of several files are relative to `root`; by default that is the folder of the
  /// signature, and for files that lie elsewhere their own folder. Throws `io`, `format`, `unsupported`, or
  /// `signature` when it does not hold.
  public init(signature path: String, signers: KnownSigners, root: String? = nil) throws(WitanError) {
    let bundle = try SignatureBundle(path: path)
    do {
      (manifest, signer) = try bundle.verified(by: signers)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
    signature = path
    self.root = root
  }

  /// The file at `path`, when it is what was signed under its name.
  ///
  /// Throws `io`, or `signature` when it was not signed or is not what was signed. O(bytes), which are copied.
  package func read(_ path: String) throws(WitanError) -> (storage: MappedFile, digest: ContentDigest) {
    let name = try name(of: path)
    guard let signed = manifest.digest(of: name) else {
      let names = manifest.entries.prefix(8).map { "'\($0.name)'" }.joined(separator: ", ")
      throw WitanError(
        .signature,
        "\(signature) does not sign '\(name)', but \(names)\(manifest.entries.count > 8 ? ", …" : "")",
        at: path)
    }
    let storage = try MappedFile(reading: path)
    let digest = ContentDigest(of: storage.bytes)
    guard digest == signed else {
      throw WitanError(
        .signature,
        "is not what '\(signer.name)' signed: its SHA-256 is \(digest.hex), not \(signed.hex)", at: path)
    }
    return (storage, digest)
  }

  /// The name of the file at `path` in the manifest.
  private func name(of path: String) throws(WitanError) -> String {
    if manifest.entries.count == 1, manifest.entries[0].name == Manifest.single { return Manifest.single }
    let file = try FileSelection.canonical(path)
    let base: String
    if let root {
      base = try FileSelection.canonical(root + "/.")
    } else {
      base = FileSelection.parent(of: try FileSelection.canonical(signature))
    }
    if let name = FileSelection.name(of: file, in: base) { return name }
    return FileSelection.last(of: file)
  }
}
