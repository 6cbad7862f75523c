import ArgumentParser
import Witan
import WitanSigning

struct Sign: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sign files: constitution, model and policy as one bundle.",
    discussion: """
      A folder is signed with all files in it, at any depth. Of several paths the deepest folder that holds them all
      is the bundle; names are relative to it. The signature lists the SHA-256 of each file and is made with ECDSA
      on P-256. It is in the format of OpenSSF model signing 1.0, so 'model_signing verify key' verifies it too.

        witan sign constitution.yaml model.witan policy.yaml -o bundle.sig --key council.pem
      """)

  @Argument(help: ArgumentHelp("Files, or a folder.", valueName: "files"))
  var paths: [String]
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the signature goes.", valueName: "file"))
  var output: String = "bundle.sig"
  @Option(name: .long, help: ArgumentHelp("Your private key in PEM.", valueName: "file"))
  var key: String
  @OptionGroup var selecting: SelectionFlags
  @Flag(name: .long, help: "Follow symbolic links to files; without, a link is an error.")
  var allowSymlinks = false
  @Flag(
    name: .customLong("git"), inversion: .prefixedNo,
    help: "Sign also .git, .gitattributes, .github and .gitignore of the folder.")
  var signsGit = false
  @Flag(name: .long, help: "Print what was signed as JSON.")
  var json = false

  func run() throws {
    let key = try SigningKey(path: key)
    var options = selecting.options(besides: output)
    options.allowsLinks = allowSymlinks
    if !signsGit { options.ignoredNames = FileSelection.Options.gitNames }
    let selection = try FileSelection(paths: paths, options: options)
    if let secret = try selection.privateKeys().first {
      throw WitanError(
        .invalidValue, "is a private key, which should not go with what is signed; move it or --ignore it",
        at: secret)
    }
    let manifest = try Manifest(of: selection)
    let bundle = try SignatureBundle(signing: manifest, with: key)
    try writeFile(bundle.text.utf8, to: output)
    if json {
      let report: JSON = [
        "signature": .string(output), "key": .string(key.publicKey.fingerprint.hex), "bundle": manifest.json,
      ]
      try Terminal.write(report.text(indent: true) + "\n")
    } else {
      for entry in manifest.entries { try Terminal.write("\(entry.digest.hex)  \(entry.name)\n") }
      let count = manifest.entries.count
      try Terminal.write(
        "\(output): \(count) file\(count == 1 ? "" : "s") signed, key \(key.publicKey.fingerprint.hex)\n")
    }
    try Terminal.flush()
  }
}

extension Manifest {
  /// What reports say of a bundle.
  var json: JSON {
    [
      "name": .string(name), "sha256": .string(rootDigest.hex),
      "files": .array(entries.map { ["name": .string($0.name), "sha256": .string($0.digest.hex)] }),
      "ignored": JSON(ignoredPaths),
    ]
  }
}
