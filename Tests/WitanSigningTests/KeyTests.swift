import Foundation
import Testing
import Witan
import WitanSigning

/// Keys in PEM.
struct KeyTests {
  private func signers(_ text: String) throws(WitanError) -> KnownSigners {
    try KnownSigners(pem: Array(text.utf8), at: "keys.pem")
  }

  @Test("PKCS#8 and SEC1 give the same key, and its fingerprint is the SHA-256 of the public file")
  func formats() throws {
    for text in [TestKeys.sec1, TestKeys.pkcs8, TestKeys.pkcs8.replacingOccurrences(of: "\n", with: "\r\n")] {
      let key = try SigningKey(pem: Array(text.utf8))
      #expect(key.publicKey.pem == TestKeys.publicKey)
      #expect(key.publicKey.fingerprint.hex == TestKeys.fingerprint)
      #expect(key.pem == TestKeys.pkcs8)
    }
    let fresh = SigningKey()
    #expect(try SigningKey(pem: Array(fresh.pem.utf8)).publicKey == fresh.publicKey)
  }

  @Test("a file of signers has a name above each key; a key without one is named by its fingerprint")
  func names() throws {
    let other = SigningKey().publicKey
    let both = try signers("# Tenants' council \n\(TestKeys.publicKey)\n\(other.pem)")
    #expect(both.signers.map(\.name) == ["Tenants' council", "key \(other.fingerprint.hex.prefix(16))"])
    #expect(both.signers.map(\.key.fingerprint.hex) == [TestKeys.fingerprint, other.fingerprint.hex])
    // The signature tells them apart.
    let key = try SigningKey(pem: Array(TestKeys.sec1.utf8))
    let bundle = try TestBundle()
    try bundle.sign(key)
    #expect(
      try SignedBundle(signature: bundle.path("../bundle.sig"), signers: both).signer.name
        == "Tenants' council")
  }

  @Test("what is no private key of P-256 is refused, and the error says why")
  func privateErrors() {
    func said(_ text: String) -> String {
      message { () throws(WitanError) in _ = try SigningKey(pem: Array(text.utf8), at: "k.pem") }
    }
    for (text, expected) in [
      ("", "format: k.pem: holds 0 keys"), (TestKeys.pkcs8 + TestKeys.pkcs8, "holds 2 keys"),
      (TestKeys.publicKey, "is a public key; signing needs the private one"),
      (TestKeys.encrypted, "unsupported: k.pem: the key is encrypted"),
      (TestKeys.legacyEncrypted, "unsupported: k.pem:1: the key is encrypted"),
      (TestKeys.ed25519Private, "is a key of Ed25519; only P-256"),
      (TestKeys.pkcs8.replacingOccurrences(of: "MIGH", with: "MIGI"), "is no private key of P-256"),
      (TestKeys.pkcs8.replacingOccurrences(of: "MIGH", with: "MI*H"), "k.pem:1: the block is no base64"),
      (
        TestKeys.pkcs8.replacingOccurrences(of: "-----END", with: "----END"),
        "k.pem:1: the block is not closed"
      ),
      ("-----END X-----\n", "k.pem:1: '-----END X-----' ends no block"),
      ("-----BEGIN X-----\n" + TestKeys.sec1, "k.pem:2: a block begins inside another"),
    ] {
      #expect(said(text).contains(expected), "\(said(text))")
    }
    #expect(message { () throws(WitanError) in _ = try SigningKey(path: "/nowhere/k.pem") }.hasPrefix("io: "))
  }

  @Test("what is no list of public keys of P-256 is refused, with the line")
  func publicErrors() {
    func said(_ text: String) -> String {
      message { () throws(WitanError) in _ = try signers(text) }
    }
    for (text, expected) in [
      ("council", "format: keys.pem: holds no public key"),
      (TestKeys.publicKey + TestKeys.pkcs8, "keys.pem:5: is a private key; give the public one"),
      (TestKeys.p384, "keys.pem:1: is a key of P-384; only P-256"),
      (TestKeys.ed25519, "keys.pem:1: is a key of Ed25519; only P-256"),
      (
        TestKeys.publicKey + "a\n" + TestKeys.publicKey,
        "keys.pem:6: the key of 'key ac3916dceca508f8' stands twice"
      ),
      ("a\u{1B}[1m\n" + TestKeys.publicKey, "keys.pem:2: the name above the key has control characters"),
      (TestKeys.publicKey.replacingOccurrences(of: "PUBLIC KEY", with: "CERTIFICATE"), "is 'CERTIFICATE'"),
    ] {
      #expect(said(text).contains(expected), "\(said(text))")
    }
  }
}
