import ArgumentParser
import Foundation
import Witan
import WitanSigning

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Verify that files are what somebody signed.",
    discussion: """
      Names each file that was changed, renamed, added or taken away. Reads signatures of 'witan sign' and of
      'model_signing sign key' (OpenSSF model signing 1.0) by keys of P-256. --key takes a public key, or a file of
      several with the names of their holders (see witan keygen); one of them must have signed.

      Exit codes: 0 everything is as it was signed, 1 it is not, or nobody of --key signed it, 2 it could not be found
      out: a file that cannot be read, a damaged key or signature, one file where several were signed.

        witan verify models/rent --signature rent.sig --key council.pub.pem
      """)

  @Argument(help: ArgumentHelp("Files, or a folder, as they were signed.", valueName: "files"))
  var paths: [String]
  @Option(name: .long, help: ArgumentHelp("The signature.", valueName: "file"))
  var signature: String
  @Option(name: .long, help: ArgumentHelp("The public key in PEM, or several.", valueName: "file"))
  var key: String
  @OptionGroup var selecting: SelectionFlags
  @Flag(name: .long, help: "Pass over files of a folder that were not signed.")
  var ignoreUnsigned = false
  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let report = try judged(KnownSigners(path: key))
    if json { try Terminal.write(JSON.object(report).text(indent: true) + "\n") }
    try Terminal.flush()
    if report["verified"] != true { throw ExitCode(1) }
  }

  /// A signature that does not hold is a result too, not only an error.
  private func judged(_ signers: KnownSigners) throws(WitanError) -> [String: JSON] {
    do throws(WitanError) {
      return try verify(signers)
    } catch {
      guard error.code == .signature else { throw error }
      if !json {
        Terminal.error("\(error)")
        Terminal.note(
          "Do not use the files. If you trust the signer, get their public key from themselves and give it with --key; "
            + "if the signature was damaged on its way, get it again.")
      }
      return ["verified": false, "reason": .string(error.description)]
    }
  }

  private func verify(_ signers: KnownSigners) throws(WitanError) -> [String: JSON] {
    let bundle = try SignedBundle(signature: signature, signers: signers)
    let difference = try bundle.difference(
      of: paths, options: selecting.options(besides: signature), ignoresUnsigned: ignoreUnsigned)
    let manifest = bundle.manifest
    let count = manifest.entries.count
    if !json {
      // One file by itself is signed under the name of its folder.
      for line in difference.lines {
        try Terminal.write((line == "changed: ." ? "changed: \(paths[0])" : line) + "\n")
      }
      let verdict =
        difference.isEmpty
        ? "verified: \(count) file\(count == 1 ? "" : "s")" : "not what '\(bundle.signer.name)' signed"
      try Terminal.write("\(verdict), signed by '\(bundle.signer.name)', bundle \(manifest.rootDigest)\n")
      try Terminal.flush()
      if !difference.isEmpty { Terminal.note(difference.advice(bundle.signer.name)) }
    }
    return [
      "verified": .bool(difference.isEmpty), "signer": .string(bundle.signer.name),
      "key": .string(bundle.signer.key.fingerprint.hex), "bundle": manifest.json,
      "changed": JSON(difference.changed), "missing": JSON(difference.missing),
      "not_signed": JSON(difference.extra),
      "renamed": .array(
        difference.renamed.map { ["signed_name": .string($0.signedName), "name": .string($0.name)] }),
    ]
  }
}

extension ManifestDifference {
  /// What to do about files that are not as they were signed.
  fileprivate func advice(_ signer: String) -> String {
    var out: [String] = []
    if changed.isEmpty, missing.isEmpty, !renamed.isEmpty {
      out.append("The bytes are those that were signed: give the files their signed names back.")
    } else if !changed.isEmpty || !missing.isEmpty {
      out.append(
        "Do not use the files: get those that are named from '\(signer)' again, under the names that were signed."
      )
    }
    if !extra.isEmpty {
      out.append("Take away what was not signed, or pass over it with --ignore-unsigned.")
    }
    out.append("If the change is yours, sign anew with 'witan sign'.")
    return out.joined(separator: " ")
  }
}
