import Foundation
import Testing

/// `witan keygen`, `sign` and `verify`, and scoring with signed models only, as a user and a script meet them.
@Suite(.serialized) struct SigningCommandTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-signing-\(UUID().uuidString)")

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func write(_ name: String, _ text: String) throws {
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  @Test("a bundle is signed and verified; what was changed is named, and the exit code says so")
  func bundle() throws {
    try write("rent/constitution.yaml", "constitution: test\n")
    try write("rent/policy/policy.yaml", "policy: test\n")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (key, publicKey, signature) = (path("k.pem"), path("k.pub.pem"), path("rent/bundle.sig"))
    let made = try witan("keygen", "-o", key, "--name", "Tenants' council", "--json").json()
    #expect(made["public"] as? String == publicKey && (made["fingerprint"] as? String)?.count == 64)
    let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(
      try String(contentsOfFile: publicKey, encoding: .utf8).hasPrefix("# Tenants' council\n-----BEGIN"))
    let again = try witan("keygen", "-o", key)
    #expect(again.code == 2 && again.err.contains("k.pub.pem: cannot be made: File exists"))

    let signed = try witan("sign", path("rent"), "-o", signature, "--key", key, "--json")
    #expect(signed.code == 0, "\(signed.err)")
    let files = try #require((signed.json()["bundle"] as? [String: Any])?["files"] as? [[String: String]])
    #expect(files.compactMap { $0["name"] } == ["constitution.yaml", "policy/policy.yaml"])
    func verify(_ more: String...) throws -> Program.Outcome {
      try run(["verify", path("rent"), "--signature", signature, "--key", publicKey] + more)
    }
    let good = try verify()
    #expect(
      good.code == 0 && good.out.hasPrefix("verified: 2 files, signed by 'Tenants' council', bundle sha256:"))
    #expect(try verify("--json").json()["verified"] as? Bool == true)

    try write("rent/new", "n")
    #expect(try verify("--ignore-unsigned").code == 0)
    #expect(try verify("--ignore", path("rent/new")).code == 0)
    try write("rent/constitution.yaml", "constitution: tesT\n")
    let bad = try verify()
    #expect(
      bad.code == 1 && bad.out.hasPrefix("changed: constitution.yaml\nnot signed: new\nnot what 'Tenants'"))
    #expect(bad.err.contains("get those that are named from 'Tenants' council' again"), "\(bad.err)")
    #expect(bad.err.contains("--ignore-unsigned") && bad.err.contains("sign anew with 'witan sign'"))
    let report = try verify("--json")
    #expect(report.code == 1 && report.err.isEmpty)
    let fields = try report.json()
    #expect(fields["verified"] as? Bool == false && fields["changed"] as? [String] == ["constitution.yaml"])
    #expect(fields["not_signed"] as? [String] == ["new"] && fields["missing"] as? [String] == [])

    #expect(try witan("keygen", "-o", path("other.pem")).code == 0)
    let other = try run(["verify", path("rent"), "--signature", signature, "--key", path("other.pub.pem")])
    #expect(other.code == 1 && other.err.contains("is none of the known signers"))
    #expect(other.err.contains("get their public key from themselves and give it with --key"), "\(other.err)")
    let unsigned = try run(["verify", path("rent"), "--signature", publicKey, "--key", publicKey])
    #expect(unsigned.code == 2 && unsigned.err.contains("k.pub.pem: not JSON at byte 0"))
    let swapped = try run(["verify", path("rent"), "--signature", signature, "--key", key])
    #expect(swapped.code == 2 && swapped.err.contains("is a private key; give the public one"))
    #expect(try witan("sign", path("none"), "--key", key).code == 2)
    #expect(try witan("keygen", "-o", path("x.pem"), "--name", "a\nb").code == 64)
  }

  @Test("score and stream take only the model that was signed, and a verdict names its digest and signer")
  func scoring() throws {
    let rows = (0..<60).map { i in
      i % 2 == 0
        ? #"{"text": "sweet apples and ripe pears number \#(i)", "label": "fruit"}"#
        : #"{"text": "steel hammer with iron nails number \#(i)", "label": "tool"}"#
    }
    try write("toy.jsonl", rows.joined(separator: "\n"))
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = path("toy.witan")
    let train = [
      "train", "--data", path("toy.jsonl"), "-o", model, "--embeddings", "none", "--log2-buckets", "12",
    ]
    #expect(try run(train).code == 0)
    #expect(try witan("keygen", "-o", path("k.pem"), "--name", "council").code == 0)
    #expect(try witan("sign", model, "-o", path("toy.sig"), "--key", path("k.pem")).code == 0)
    let flags = ["-m", model, "--signature", path("toy.sig"), "--signers", path("k.pub.pem")]
    let text = Data("ripe apples\n".utf8)
    let digest = try #require(witan("inspect", model, "--json").json()["sha256"] as? String)

    let scored = try run(["score", "--json"] + flags, input: text)
    let line = try #require(scored.json()["model"] as? [String: String])
    #expect(line["sha256"] == digest && line["signed_by"] == "council" && digest.count == 64)
    try write("guard.json", #"{"default": null, "rules": {"fruit": {"action": "annotate"}}}"#)
    for more in [[], ["--guard", path("guard.json")]] {
      let streamed = try run(["stream", "--json"] + flags + more, input: text)
      let last = try #require(streamed.out.split(separator: "\n").last)
      let verdict = try #require(
        try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: [String: Any]])
      #expect((verdict["verdict"]?["model"] as? [String: String])?["sha256"] == digest)
    }
    #expect(try run(["score", "-m", model], input: text).code == 0)
    #expect(try run(["score", "-m", model, "--signers", path("k.pub.pem")], input: text).code == 64)

    var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: model)))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: model))
    for verb in ["score", "stream"] {
      let refused = try run([verb] + flags, input: text)
      #expect(refused.code == 2 && refused.out.isEmpty, "\(refused.err)")
      #expect(refused.err.contains("toy.witan: is not what 'council' signed: its SHA-256 is"))
    }
  }
}
