/// Texts as C reads them, valid as long as this is.
final class CStrings {
  private var all: [UnsafeMutablePointer<CChar>] = []

  deinit { for text in all { text.deallocate() } }

  func keep(_ text: String) -> UnsafePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    bytes.withUnsafeBufferPointer { copy.initialize(from: $0.baseAddress!, count: bytes.count) }
    all.append(copy)
    return UnsafePointer(copy)
  }
}
