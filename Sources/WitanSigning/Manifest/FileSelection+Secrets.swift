public import Witan

extension FileSelection {
  /// Paths of the files that hold a private key in PEM. Throws `io`. O(files): larger ones than a key are not read.
  public func privateKeys() throws(WitanError) -> [String] {
    var out: [String] = []
    for file in files where try OpenFile(path: file.path, followsLinks: options.allowsLinks).holdsPrivateKey()
    {
      out.append(file.path)
    }
    return out
  }
}

extension OpenFile {
  fileprivate func holdsPrivateKey() throws(WitanError) -> Bool {
    guard byteCount <= 1 << 16 else { return false }
    let text = String(decoding: try contents(limit: 1 << 16), as: UTF8.self)
    return text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
  }
}
