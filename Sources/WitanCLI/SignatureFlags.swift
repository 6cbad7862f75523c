import ArgumentParser
import Witan
import WitanSigning

/// Whether a command takes signed models only.
struct SignatureFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("The signature that the model must have (see witan sign).", valueName: "file"))
  var signature: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Public keys in PEM; one of them must have signed the model.", valueName: "file"))
  var signers: String?

  func validate() throws {
    guard (signature == nil) == (signers == nil) else {
      throw ValidationError("--signature and --signers go together.")
    }
  }

  /// The bundle that the model is a file of; nil when no signature is asked for.
  func bundle() throws(WitanError) -> SignedBundle? {
    guard let signature, let signers else { return nil }
    return try SignedBundle(signature: signature, signers: KnownSigners(path: signers))
  }
}
