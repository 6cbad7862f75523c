import Foundation
import Testing
import Witan
import WitanSigning

/// Loading a model only when a known signer has signed it.
struct SignedModelTests {
  private let key = SigningKey()

  /// A small linear model; `seed` sets its bias.
  private func model(_ seed: Float) throws -> [UInt8] {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 8), task: .multiLabel,
      labels: [Label(id: "a"), Label(id: "b")], hasAny: false)
    let columns = spec.columns
    let weights = ModelWeights(
      table: (0..<spec.features.buckets * columns).map { Int8(truncatingIfNeeded: $0 % 100) },
      scale: [Float](repeating: 0.01, count: columns), bias: [Float](repeating: seed, count: columns),
      calibrationSlope: [1, 1], calibrationOffset: [0, 0])
    return ModelFile.encode(spec: spec, weights: weights, metadata: [:])
  }

  private func bundle() throws -> TestBundle {
    try TestBundle([
      ("model.witan", model(0.5)), ("other/model.witan", model(-0.5)),
      ("constitution.yaml", Array("constitution: test\n".utf8)),
    ])
  }

  private func said(_ bundle: TestBundle, _ model: String, _ signature: String, _ signers: KnownSigners)
    -> String
  {
    message { () throws(WitanError) in
      _ = try SignedModel.load(path: bundle.path(model), signature: bundle.path(signature), signers: signers)
    }
  }

  @Test("a model of a bundle loads with its digests, and scores as without a signature")
  func loads() throws {
    let bundle = try bundle()
    let signature = try bundle.sign(key, as: "bundle.sig")
    let signed = try SignedModel.load(
      path: bundle.path("model.witan"), signature: signature, signers: key.signers)
    #expect(signed.signer.name == "council")
    #expect(try signed.digest == ContentDigest(file: bundle.path("model.witan")))
    #expect(
      try signed.manifest.digest(of: "constitution.yaml")
        == ContentDigest(file: bundle.path("constitution.yaml")))
    let plain = try Classifier(path: bundle.path("model.witan"))
    #expect(signed.classifier.score("some words") == plain.score("some words"))
    #expect(said(bundle, "other/model.witan", "bundle.sig", key.signers) == "no error")
    // One file by itself, wherever its signature lies.
    try bundle.sign(key, paths: [bundle.path("other/model.witan")], as: "../single.sig")
    #expect(said(bundle, "other/model.witan", "../single.sig", key.signers) == "no error")
  }

  @Test("every changed byte of a model is found before it is read")
  func everyByte() throws {
    let bundle = try bundle()
    try bundle.sign(key, as: "bundle.sig")
    let good = try model(0.5)
    for i in good.indices {
      var changed = good
      changed[i] ^= 1 << UInt8(i % 8)
      try bundle.write("model.witan", changed)
      let said = said(bundle, "model.witan", "bundle.sig", key.signers)
      #expect(said.hasPrefix("signature: ") && said.contains("/model.witan: is not what 'council' signed"))
    }
  }

  @Test("another signer, another file of the bundle in its place, and unsigned files are refused")
  func refused() throws {
    let bundle = try bundle()
    try bundle.sign(key, as: "bundle.sig")
    #expect(
      said(bundle, "model.witan", "bundle.sig", SigningKey().signers).contains("is none of the known signers")
    )
    try bundle.write("model.witan", model(-0.5))  // signed, but under another name
    #expect(said(bundle, "model.witan", "bundle.sig", key.signers).contains("is not what 'council' signed"))
    try bundle.write("new.witan", model(0.5))
    let unsigned = said(bundle, "new.witan", "bundle.sig", key.signers)
    #expect(unsigned.contains("does not sign 'new.witan', but 'constitution.yaml', 'model.witan'"))
    try bundle.write("junk", "no model")
    try bundle.sign(key, as: "bundle.sig")
    #expect(said(bundle, "junk", "bundle.sig", key.signers).hasPrefix("format: "))
    #expect(said(bundle, "model.witan", "none.sig", key.signers).hasPrefix("io: "))
  }

  @Test("a file that is overwritten after loading does not change the model that was verified")
  func overwritten() throws {
    let bundle = try bundle()
    let signature = try bundle.sign(key, as: "bundle.sig")
    let signed = try SignedModel.load(
      path: bundle.path("model.witan"), signature: signature, signers: key.signers)
    // In place, as somebody would who wants a mapping to change.
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: bundle.path("model.witan")))
    let size = try model(0.5).count
    try file.write(contentsOf: Data(repeating: 0x7F, count: size))
    try file.close()
    let expected = try Classifier(bytes: model(0.5)).score("some words never seen before")
    #expect(signed.classifier.score("some words never seen before") == expected)
  }

  @Test("a table of word-piece vectors has to be signed too")
  func table() throws {
    let bundle = try TestBundle([("table", [1, 2, 3]), ("a", [1])])
    try bundle.sign(key, as: "bundle.sig")
    let signed = try SignedBundle(signature: bundle.path("bundle.sig"), signers: key.signers)
    #expect(
      message { () throws(WitanError) in _ = try signed.embeddings(path: bundle.path("table")) }
        .hasPrefix("format: "))
    try bundle.write("table", [1, 2, 4])
    #expect(
      message { () throws(WitanError) in _ = try signed.embeddings(path: bundle.path("table")) }
        .hasPrefix("signature: "))
  }
}
