import ArgumentParser
import Foundation
import Witan
import WitanSigning

struct Keygen: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a pair of keys to sign models with.",
    discussion: """
      Writes a private key of P-256 that only you can read (PKCS#8, not encrypted), and the public key to give
      away. A file that is there already is not touched. The public file begins with --name; several of them joined
      with cat are a file of --signers.

        witan keygen -o council.pem --name "Tenants' council"
        witan sign models/rent -o rent.sig --key council.pem
        witan verify models/rent --signature rent.sig --key council.pub.pem
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the private key goes.", valueName: "file"))
  var output: String
  @Option(
    name: .customLong("public"),
    help: ArgumentHelp(
      "Where the public key goes; by default beside the private one, .pub.pem.", valueName: "file"))
  var publicOutput: String?
  @Option(name: .long, help: "Who holds the key, for the first line of the public file.")
  var name: String?
  @Flag(name: .long, help: "Print the figures as JSON.")
  var json = false

  func validate() throws {
    let isTitle = name.map { !$0.isEmpty && !$0.contains(where: \.isNewline) && !$0.hasPrefix("-----") }
    guard isTitle ?? true else {
      throw ValidationError("--name must be one line of text.")
    }
  }

  func run() throws {
    let stem = output.hasSuffix(".pem") ? String(output.dropLast(4)) : output
    let publicPath = publicOutput ?? stem + ".pub.pem"
    let key = SigningKey()
    let title = name.map { "# \($0)\n" } ?? ""
    // A name that would not be read back must not be written.
    _ = try KnownSigners(pem: Array((title + key.publicKey.pem).utf8), at: "--name")
    try create(publicPath, title + key.publicKey.pem, mode: 0o644)
    do {
      try create(output, key.pem, mode: 0o600)
    } catch {
      unlink(publicPath)
      throw error
    }
    let fingerprint = key.publicKey.fingerprint
    if json {
      let report: JSON = [
        "private": .string(output), "public": .string(publicPath), "fingerprint": .string(fingerprint.hex),
      ]
      try Terminal.write(report.text(indent: true) + "\n")
    } else {
      try Terminal.write(
        "\(output): private key; keep it to yourself\n\(publicPath): public key\nkey \(fingerprint.hex)\n")
    }
    try Terminal.flush()
  }

  /// Writes a new file; one that is there already is an error, so that no key is ever lost.
  private func create(_ path: String, _ text: String, mode: mode_t) throws(WitanError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw WitanError.system("cannot be made", path) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw WitanError.system("cannot be written", path) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw WitanError.system("cannot be written", path) }
  }
}
