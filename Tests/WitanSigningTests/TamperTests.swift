import Foundation
import Testing
import Witan
import WitanSigning

/// Whatever is changed after signing is found, and named.
struct TamperTests {
  private let key = SigningKey()

  @Test("every changed byte of every file is found, and the file named")
  func files() throws {
    let bundle = try TestBundle()
    try bundle.sign(key)
    #expect(bundle.verdict(key.signers) == "verified")
    var changes = 0
    for (name, content) in TestBundle.files where TestBundle.signedNames.contains(name) {
      for i in content.indices {
        var changed = content
        changed[i] ^= UInt8(1 << (i % 8))
        try bundle.write(name, changed)
        #expect(bundle.verdict(key.signers) == "changed: \(name)")
        changes += 1
      }
      try bundle.write(name, content + [0])
      #expect(bundle.verdict(key.signers) == "changed: \(name)")
      try bundle.write(name, content)
    }
    #expect(changes > 280 && bundle.verdict(key.signers) == "verified")
  }

  @Test("every changed, lost and added byte of the signature is found")
  func signature() throws {
    let bundle = try TestBundle()
    let path = try bundle.sign(key)
    let good = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    func isRefused(_ bytes: [UInt8]) -> Bool {
      do throws(WitanError) {
        _ = try SignatureBundle(parsing: bytes).verified(by: key.signers)
        return false
      } catch { return true }
    }
    #expect(!isRefused(good))
    for i in good.indices {
      for change: UInt8 in [0x01, 0x20, 0x80] {
        var bytes = good
        bytes[i] ^= change
        #expect(isRefused(bytes), "byte \(i) ^ \(change)")
      }
      var bytes = good
      bytes[i] = UInt8(ascii: " ")
      #expect(isRefused(bytes), "a space at byte \(i)")
      bytes.remove(at: i)
      #expect(isRefused(bytes), "without byte \(i)")
      bytes = good
      bytes.insert(UInt8(ascii: "A"), at: i)
      #expect(isRefused(bytes), "an added byte at \(i)")
      #expect(isRefused(Array(good[..<i])), "cut at byte \(i)")
    }
  }

  @Test("what was signed by the key of somebody else does not pass, whoever it says it is of")
  func otherKey() throws {
    let (bundle, other) = (try TestBundle(), SigningKey())
    let path = try bundle.sign(other)
    #expect(bundle.verdict(key.signers).contains("is none of the known signers: 'council' ("))
    let forged = try SignatureBundle(path: path)
    let renamed = SignatureBundle(
      payload: forged.payload, signature: forged.signature, keyHint: key.publicKey.fingerprint.hex)
    try bundle.write("../bundle.sig", renamed.text)
    #expect(bundle.verdict(key.signers).hasPrefix("signature: "))
    #expect(bundle.verdict(key.signers).contains("dsseEnvelope: does not hold"))
    // The right key's signature of something else.
    let mine = try SignatureBundle(signing: Array("{}".utf8), with: key)
    let mixed = SignatureBundle(
      payload: forged.payload, signature: mine.signature, keyHint: mine.keyHint)
    try bundle.write("../bundle.sig", mixed.text)
    #expect(bundle.verdict(key.signers).contains("dsseEnvelope: does not hold"))
  }

  @Test("missing, added and renamed files are named; two spellings of one character are two names")
  func names() throws {
    let bundle = try TestBundle()
    try bundle.sign(key)
    try bundle.remove("sub/deep/c")
    #expect(bundle.verdict(key.signers) == "missing: sub/deep/c")
    try bundle.write("sub/deep/new", "n\n")
    #expect(bundle.verdict(key.signers) == "missing: sub/deep/c; not signed: sub/deep/new")
    try bundle.write("sub/deep/new", "c\n")
    #expect(bundle.verdict(key.signers) == "renamed: sub/deep/c is now sub/deep/new")
    try bundle.remove("sub/deep/new")
    try bundle.write("sub/deep/c", "c\n")
    #expect(bundle.verdict(key.signers) == "verified")
    try bundle.write("sub/.x", "")
    #expect(bundle.verdict(key.signers) == "not signed: sub/.x")
    try bundle.remove("sub/.x")
    // Swapped contents are two changes.
    try bundle.write("sub/b", "x\n")
    try bundle.write("sub-x", "b\n")
    #expect(bundle.verdict(key.signers) == "changed: sub/b; changed: sub-x")

    let composed = try TestBundle([("\u{E9}", [1]), ("z", [2])])
    try composed.sign(key)
    try composed.remove("\u{E9}")
    try composed.write("e\u{301}", [1])
    #if os(Linux)  // other systems take the two for one
      #expect(composed.verdict(key.signers) == "renamed: \u{E9} is now e\u{301}")
    #endif
  }
}
