import Foundation
import Testing
import Witan
import WitanSigning

/// A signed statement is untrusted input too: a known signer may have signed nonsense.
struct StatementTests {
  private let key = SigningKey()

  /// What verifying says of a statement that `change` made of a good one, and that is signed.
  private func said(_ old: String, _ new: String) throws -> String {
    let digest = Array("x".utf8).withUnsafeBytes { ContentDigest(of: $0) }
    let root = digest.bytes.withUnsafeBytes { ContentDigest(of: $0) }
    let good = """
      {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"m","digest":{"sha256":"\(root.hex)"}}],\
      "predicateType":"https://model_signing/signature/v1.0","predicate":{"serialization":{"method":"files",\
      "hash_type":"sha256","allow_symlinks":false,"ignore_paths":[".git"]},\
      "resources":[{"name":"a","algorithm":"sha256","digest":"\(digest.hex)"}]}}
      """
    let text = good.replacingOccurrences(of: old, with: new)
    #expect(old == new || text != good)
    let bundle = try SignatureBundle(signing: Array(text.utf8), with: key)
    return message { () throws(WitanError) in _ = try bundle.verified(by: key.signers) }
  }

  @Test(
    "each field is checked and named",
    arguments: [
      ("a", "a", "no error"),
      ("{\"_type\"", "{\"_type", "format: dsseEnvelope.payload: not JSON at byte"),
      ("Statement/v1", "Statement/v2", "unsupported: dsseEnvelope.payload._type: is"),
      ("\"subject\":[{", "\"subject\":[{},{", "format: dsseEnvelope.payload.subject: is not one subject"),
      ("\"sha256\":\"", "\"sha256\":\"A", "payload.subject[0].digest.sha256: is no SHA-256"),
      ("signature/v1.0", "Digests/v0.1", "unsupported: dsseEnvelope.payload.predicateType"),
      ("\"files\"", "\"shards\"", "unsupported: dsseEnvelope.payload.predicate.serialization.method"),
      ("\"hash_type\":\"sha256\"", "\"hash_type\":\"blake3\"", "serialization.hash_type: is 'blake3'"),
      ("\"allow_symlinks\":false", "\"allow_symlinks\":0", "allow_symlinks: is missing or no Boolean"),
      ("[\".git\"]", "[1]", "ignore_paths: is no list of texts"),
      ("[\".git\"]", "3", "ignore_paths: is no list of texts"),
      ("\"resources\":[", "\"resources\":3,\"x\":[", "predicate.resources: is missing or no list"),
      ("\"name\":\"a\"", "\"name\":\"/a\"", "resources[0].name: is no path inside a bundle"),
      ("\"name\":\"a\"", "\"name\":\"b/../a\"", "resources[0].name: is no path inside a bundle"),
      ("\"name\":\"a\"", "\"name\":\"a\\u0000\"", "resources[0].name: is no path inside a bundle"),
      ("\"name\":\"a\"", "\"name\":\".\"", "no error"),
      ("\"algorithm\":\"sha256\"", "\"algorithm\":\"md5\"", "resources[0].algorithm: is not 'sha256'"),
      ("\"digest\":\"", "\"digest\":\"0", "resources[0].digest: is no SHA-256"),
      ("\"resources\":[{", "\"resources\":[],\"x\":[{", "predicate.resources: names no file"),
    ])
  func fields(_ old: String, _ new: String, _ expected: String) throws {
    let said = try said(old, new)
    #expect(said.contains(expected), "\(said)")
  }

  @Test("the digest of the whole must be that of the files")
  func rootDigest() throws {
    let other = Array("y".utf8).withUnsafeBytes { ContentDigest(of: $0) }
    let digest = Array("x".utf8).withUnsafeBytes { ContentDigest(of: $0) }
    #expect(
      try said(digest.hex, other.hex).contains("subject[0].digest.sha256: is not the digest of the resources")
    )
    let entry = "{\"name\":\"a\",\"algorithm\":\"sha256\",\"digest\":\"\(digest.hex)\"}"
    #expect(try said(entry, entry + "," + entry).contains("resources[1].name: 'a' stands twice"))
  }
}
