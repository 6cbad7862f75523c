import Foundation
import Testing
import Witan
import WitanSigning

/// Which files a bundle is made of.
struct FileSelectionTests {
  private func names(_ paths: [String], _ change: (inout FileSelection.Options) -> Void = { _ in }) throws
    -> [String]
  {
    var options = FileSelection.Options()
    change(&options)
    return try FileSelection(paths: paths, options: options).files.map(\.name)
  }

  @Test("a folder is all files in it, hidden ones too; what is ignored is left out with what is in it")
  func folder() throws {
    let bundle = try TestBundle()
    #expect(try names([bundle.path]).count == TestBundle.files.count)
    #expect(try names([bundle.path + "/"]) == names([bundle.path]))
    #expect(
      try names([bundle.path]) { $0.ignoredNames = FileSelection.Options.gitNames } == TestBundle.signedNames)
    let rest = try names([bundle.path]) {
      $0.ignoredPaths = [bundle.path("sub"), bundle.path("none"), "/tmp"]
    }
    #expect(!rest.contains { $0.hasPrefix("sub/") } && rest.contains("sub-x"))
    let selection = try FileSelection(paths: [bundle.path("sub/../sub/.")])
    #expect(selection.name == "sub" && selection.files.map(\.name) == ["b", "deep/c"])
  }

  @Test("several paths are named from the deepest folder that holds them all")
  func several() throws {
    let bundle = try TestBundle()
    #expect(try names([bundle.path("sub/b")]) == ["."])
    #expect(try names([bundle.path("sub/b"), bundle.path("empty")]) == ["empty", "sub/b"])
    #expect(try names([bundle.path("sub/b"), bundle.path("sub/deep")]) == ["b", "deep/c"])
    #expect(try names([bundle.path("sub/b"), bundle.path("sub/b")]) == ["b"])
    #expect(try names([bundle.path("sub"), bundle.path("sub/b")]) == ["sub/b", "sub/deep/c"])
    #expect(
      try names([bundle.path("sub/b"), bundle.path("empty")]) { $0.ignoredPaths = [bundle.path("empty")] }
        == ["b"].map { "sub/" + $0 })

    let key = SigningKey()
    let paths = ["constitution.yaml", "model.bin", "sub/b"].map(bundle.path(_:))
    try bundle.sign(key, paths: paths)
    #expect(bundle.verdict(key.signers, paths: paths.reversed()) == "verified")
    #expect(bundle.verdict(key.signers, paths: Array(paths.dropLast())) == "missing: sub/b")
    #expect(bundle.verdict(key.signers).contains("not signed: empty"))
    #expect(
      bundle.verdict(key.signers, paths: [paths[0]]).contains("is one file, but a folder or several files"))
    let signed = try SignedBundle(signature: bundle.path("../bundle.sig"), signers: key.signers)
    #expect(try signed.difference(of: [bundle.path], ignoresUnsigned: true).isEmpty)
  }

  @Test("symbolic links are refused, followed to files when that is asked for, and never to folders")
  func links() throws {
    let bundle = try TestBundle()
    func link(_ name: String, _ target: String) throws {
      try FileManager.default.createSymbolicLink(atPath: bundle.path(name), withDestinationPath: target)
    }
    func said(_ allowsLinks: Bool) -> String {
      message { () throws(WitanError) in
        var options = FileSelection.Options()
        options.allowsLinks = allowsLinks
        _ = try Manifest(of: FileSelection(paths: [bundle.path], options: options))
      }
    }
    try link("l", "sub/b")
    #expect(said(false).contains("/l: is a symbolic link; leave it out with --ignore"))
    #expect(said(true) == "no error")
    #expect(!(try names([bundle.path]) { $0.ignoredNames = ["l"] }).contains("l"))
    var options = FileSelection.Options()
    options.allowsLinks = true
    let manifest = try Manifest(of: FileSelection(paths: [bundle.path], options: options))
    #expect(manifest.digest(of: "l") == manifest.digest(of: "sub/b") && manifest.digest(of: "l") != nil)
    try bundle.remove("l")
    try link("l", "nowhere")
    #expect(said(true).contains("/l: cannot be followed"))
    try bundle.remove("l")
    try link("l", "sub")
    #expect(said(true).contains("/l: is a symbolic link to a folder, which is never followed"))
    try bundle.remove("l")
    #expect(mkfifo(bundle.path("pipe"), 0o600) == 0)
    #expect(said(true).contains("/pipe: is neither a file nor a folder"))
  }

  @Test("errors name the path")
  func errors() throws {
    let bundle = try TestBundle([("a", [1])])
    for (paths, expected) in [
      ([], "no file is named"), ([bundle.path("none")], "/none: cannot be examined: No such file"),
      (["/dev/null"], "/dev/null: is neither a file nor a folder"),
    ] {
      let said = message { () throws(WitanError) in _ = try FileSelection(paths: paths) }
      #expect(said.contains(expected), "\(said)")
    }
    try bundle.remove("a")
    let said = message { () throws(WitanError) in
      _ = try SignatureBundle(signing: Manifest(of: FileSelection(paths: [bundle.path])), with: SigningKey())
    }
    #expect(said.contains("there is no file to sign"))
    #if os(Linux)  // other systems have no such names
      let raw: [CChar] = Array(bundle.path("x").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
      let file = try #require(fopen(raw, "w"))
      fclose(file)
      #expect(throws: WitanError.self) { try names([bundle.path]) }
      remove(raw)
    #endif
  }

  @Test("a file of many megabytes is hashed as sha256sum does")
  func large() throws {
    let bundle = try TestBundle([
      ("a", [UInt8](repeating: 0x61, count: 5_000_001)), ("abc", Array("abc".utf8)),
    ])
    #expect(
      try ContentDigest(file: bundle.path("abc")).hex
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let whole = [UInt8](repeating: 0x61, count: 5_000_001).withUnsafeBytes { ContentDigest(of: $0) }
    #expect(try ContentDigest(file: bundle.path("a")) == whole)
    #expect(ContentDigest(hex: whole.hex) == whole && ContentDigest(hex: whole.hex.uppercased()) == nil)
  }
}

/// What should not be signed with the rest.
@Suite struct PrivateKeySelectionTests {
  @Test("a private key among the files is found") func found() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let key = SigningKey()
    try key.pem.write(toFile: folder.path + "/key.pem", atomically: true, encoding: .utf8)
    try "The words PRIVATE KEY alone are no key.\n".write(
      toFile: folder.path + "/notes.txt", atomically: true, encoding: .utf8)
    let selection = try FileSelection(paths: [folder.path])
    #expect(try selection.privateKeys().map { $0.hasSuffix("/key.pem") } == [true])
  }
}
