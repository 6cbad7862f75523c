import Foundation
import Testing
import Witan
import WitanSigning

/// The format: what model-signing wrote is read, and what is written has what the specification asks for.
struct BundleFormatTests {
  @Test("signatures that model-signing made of a folder and of one file are verified")
  func reference() throws {
    let signers = try KnownSigners(path: TestBundle.fixture("key.pub.pem"))
    #expect(signers.signers.map(\.name) == ["Tenants' council"])
    let bundle = try TestBundle()
    try bundle.write(
      "bundle.sig", Array(Data(contentsOf: URL(fileURLWithPath: TestBundle.fixture("bundle.sig")))))
    #expect(bundle.verdict(signers, signature: bundle.path("bundle.sig")) == "verified")
    let single = TestBundle.fixture("single.sig")
    #expect(bundle.verdict(signers, signature: single, paths: [bundle.path("model.bin")]) == "verified")
    #expect(
      bundle.verdict(signers, signature: single, paths: [bundle.path("sub-x")]) == "changed: .")

    try bundle.write("sub/b", "B\n")
    #expect(bundle.verdict(signers, signature: bundle.path("bundle.sig")) == "changed: sub/b")
    #expect(
      bundle.verdict(SigningKey().signers, signature: bundle.path("bundle.sig")).hasPrefix("signature: "))
  }

  @Test("files stand in the order of model-signing and give its digest of the whole")
  func order() throws {
    let signers = try KnownSigners(path: TestBundle.fixture("key.pub.pem"))
    let theirs = try SignatureBundle(path: TestBundle.fixture("bundle.sig")).verified(by: signers).manifest
    let bundle = try TestBundle()
    var options = FileSelection.Options()
    options.ignoredNames = FileSelection.Options.gitNames
    let ours = try Manifest(of: FileSelection(paths: [bundle.path], options: options))
    #expect(ours.entries == theirs.entries)
    #expect(ours.entries.map(\.name) == TestBundle.signedNames)
    #expect(ours.rootDigest == theirs.rootDigest && ours.name == theirs.name)
    #expect(Set(theirs.ignoredPaths) == Set(ours.ignoredPaths + ["bundle.sig"]))
  }

  @Test("a written bundle has the fields of the specification, and reads back")
  func fields() throws {
    let (bundle, key) = (try TestBundle(), SigningKey())
    let text = try String(contentsOfFile: bundle.sign(key), encoding: .utf8)
    let json = try JSON(parsing: text)
    #expect(json["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json")
    #expect(json["verificationMaterial"]?["publicKey"]?["hint"]?.string == key.publicKey.fingerprint.hex)
    #expect(json["verificationMaterial"]?["tlogEntries"] == [])
    let envelope = try #require(json["dsseEnvelope"])
    #expect(envelope["payloadType"] == "application/vnd.in-toto+json")
    let payload = try #require(envelope["payload"]?.string.flatMap { Data(base64Encoded: $0) })
    let statement = try JSON(parsing: String(decoding: payload, as: UTF8.self))
    #expect(statement["_type"] == "https://in-toto.io/Statement/v1")
    #expect(statement["predicateType"] == "https://model_signing/signature/v1.0")
    #expect(statement["subject"]?.array?.first?["name"] == "bundle")
    let first = statement["predicate"]?["resources"]?.array?.first
    #expect(first?["name"] == ".hidden" && first?["algorithm"] == "sha256")
    #expect(statement["predicate"]?["serialization"]?["hash_type"] == "sha256")
    #expect(bundle.verdict(key.signers) == "verified")
    #expect(try SignatureBundle(parsing: Array(text.utf8)).text == text)
  }

  @Test("a bundle may be moved and renamed; one file may have another name")
  func moved() throws {
    let (bundle, key) = (try TestBundle(), SigningKey())
    try bundle.sign(key)
    try FileManager.default.moveItem(atPath: bundle.path, toPath: bundle.path("../other"))
    #expect(bundle.verdict(key.signers, paths: [bundle.path("../other")]) == "verified")
    try FileManager.default.moveItem(atPath: bundle.path("../other"), toPath: bundle.path)
    let single = try bundle.sign(key, paths: [bundle.path("model.bin")], as: "../single.sig")
    try FileManager.default.moveItem(atPath: bundle.path("model.bin"), toPath: bundle.path("m"))
    #expect(bundle.verdict(key.signers, signature: single, paths: [bundle.path("m")]) == "verified")
  }

  @Test("fields that the signed statement may have beside are passed over; those outside are refused")
  func unknownFields() throws {
    let (bundle, key) = (try TestBundle(), SigningKey())
    let path = try bundle.sign(key)
    let good = try SignatureBundle(path: path)
    let more = String(decoding: good.payload, as: UTF8.self)
      .replacingOccurrences(of: "\"predicate\":{", with: "\"predicate\":{\"card\":{\"x\":1},")
    let signed = try SignatureBundle(signing: Array(more.utf8), with: key)
    #expect(try signed.verified(by: key.signers).manifest.entries.count == TestBundle.signedNames.count)

    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new, expected) in [
      ("\"keyid\":\"\"", "\"keyid\":\"a\"", "dsseEnvelope.signatures[0].keyid: is not empty"),
      ("\"keyid\":\"\"", "\"other\":\"\"", "dsseEnvelope.signatures[0].other: is no field"),
      ("\"tlogEntries\":[]", "\"tlogEntries\":[1]", "tlogEntries: has entries of a transparency log"),
      ("\"tlogEntries\":[]", "\"certificate\":{}", "has a certificate"),
      ("\"tlogEntries\":[]", "\"timestampVerificationData\":{}", "has time stamps"),
      ("{\"hint\":", "{\"rawBytes\":", "is of a version before 1.0"),
      ("bundle.v0.3", "bundle.v0.4", "mediaType: is 'application/vnd.dev.sigstore.bundle.v0.4+json'; only"),
      ("in-toto+json", "in-toto+xml", "payloadType: is 'application/vnd.in-toto+xml'; only"),
      ("\"dsseEnvelope\"", "\"messageSignature\"", "dsseEnvelope: is missing"),
    ] {
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text)
      let said = message { () throws(WitanError) in _ = try SignatureBundle(parsing: Array(changed.utf8)) }
      #expect(said.contains(expected), "\(said)")
    }
    // Without a hint the known keys are tried.
    let unnamed = SignatureBundle(payload: good.payload, signature: good.signature, keyHint: nil)
    #expect(try unnamed.verified(by: key.signers).signer.name == "council")
    #expect(throws: WitanError.self) { try unnamed.verified(by: SigningKey().signers) }
  }
}
