internal import Foundation
public import Witan

extension SignatureBundle {
  /// Reads the bundle at `path`. Throws `io`, and as `init(parsing:)`.
  public init(path: String) throws(WitanError) {
    let bytes = try OpenFile(path: path, followsLinks: true).contents(limit: Self.maximumByteCount)
    do {
      try self.init(parsing: bytes)
    } catch {
      throw WitanError(error.code, error.description, at: path)
    }
  }

  /// Reads the JSON of a bundle.
  ///
  /// What the signature does not cover has one spelling only, so that a change of it is found too: unknown
  /// fields, evidence that is not checked here, and other spellings of base64 are refused. Throws `format`, or
  /// `unsupported` for signatures by certificate and of other versions; the error names the field.
  public init(parsing bytes: [UInt8]) throws(WitanError) {
    let bundle = try bytes.withUnsafeBufferPointer { (bytes) throws(WitanError) in try JSON(parsing: bytes) }
    let top = try Self.fields(bundle, "", ["mediaType", "verificationMaterial", "dsseEnvelope"])
    try Self.expect(top["mediaType"], Self.mediaType, at: "mediaType")

    let place = "verificationMaterial"
    if top[place]?["certificate"] != nil || top[place]?["x509CertificateChain"] != nil {
      throw WitanError(.unsupported, "has a certificate; only signatures by a key are read", at: place)
    }
    if top[place]?["publicKey"]?["rawBytes"] != nil {
      throw WitanError(.unsupported, "is of a version before 1.0; sign again", at: "\(place).publicKey")
    }
    let material = try Self.fields(
      top[place], place, ["publicKey"], optional: ["tlogEntries", "timestampVerificationData"])
    guard (material["tlogEntries"] ?? []).array == [] else {
      throw WitanError(
        .unsupported, "has entries of a transparency log, which are not checked here",
        at: "\(place).tlogEntries")
    }
    guard material["timestampVerificationData"] == nil else {
      throw WitanError(
        .unsupported, "has time stamps, which are not checked here", at: "\(place).timestampVerificationData")
    }
    let hint = try Self.fields(material["publicKey"], "\(place).publicKey", [], optional: ["hint"])["hint"]
    guard hint == nil || hint == .null || hint?.string != nil else {
      throw WitanError(.format, "is no text", at: "\(place).publicKey.hint")
    }

    let envelope = try Self.fields(
      top["dsseEnvelope"], "dsseEnvelope", ["payload", "payloadType", "signatures"])
    try Self.expect(envelope["payloadType"], Self.payloadType, at: "dsseEnvelope.payloadType")
    guard let signatures = envelope["signatures"]?.array, signatures.count == 1 else {
      throw WitanError(.format, "is not a list of one signature", at: "dsseEnvelope.signatures")
    }
    let only = "dsseEnvelope.signatures[0]"
    let signature = try Self.fields(signatures[0], only, ["sig"], optional: ["keyid"])
    guard (signature["keyid"] ?? .null) == .null || signature["keyid"] == "" else {
      throw WitanError(.format, "is not empty", at: "\(only).keyid")
    }
    self.init(
      payload: try Self.base64(envelope["payload"], at: "dsseEnvelope.payload"),
      signature: try Self.base64(signature["sig"], at: "\(only).sig"), keyHint: hint?.string)
  }

  /// The bundle as JSON on one line.
  public var text: String {
    JSON.object([
      "mediaType": .string(Self.mediaType),
      "verificationMaterial": [
        "publicKey": ["hint": keyHint.map(JSON.string) ?? .null], "tlogEntries": [],
      ],
      "dsseEnvelope": [
        "payload": .string(Data(payload).base64EncodedString()), "payloadType": .string(Self.payloadType),
        "signatures": [["sig": .string(Data(signature).base64EncodedString()), "keyid": ""]],
      ],
    ]).text()
  }

  private static func expect(_ found: JSON?, _ expected: String, at place: String) throws(WitanError) {
    guard let text = found?.string else { throw WitanError(.format, "is no text", at: place) }
    guard text.utf8.elementsEqual(expected.utf8) else {
      throw WitanError(.unsupported, "is '\(text)'; only '\(expected)' is read", at: place)
    }
  }

  /// The fields of an object that has all of `required` and nothing beside them and `optional`.
  private static func fields(
    _ value: JSON?, _ place: String, _ required: [String], optional: [String] = []
  ) throws(WitanError) -> [String: JSON] {
    guard let fields = value?.object else {
      throw WitanError(.format, "is missing or no object", at: place.isEmpty ? "bundle" : place)
    }
    func full(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
    for name in required where fields[name] == nil {
      throw WitanError(.format, "is missing", at: full(name))
    }
    for name in fields.keys.sorted() where !required.contains(name) && !optional.contains(name) {
      throw WitanError(.format, "is no field of a signature by a key", at: full(name))
    }
    return fields
  }

  private static func base64(_ value: JSON?, at place: String) throws(WitanError) -> [UInt8] {
    guard let text = value?.string, let data = Data(base64Encoded: text), data.base64EncodedString() == text
    else { throw WitanError(.format, "is no base64", at: place) }
    return Array(data)
  }
}
