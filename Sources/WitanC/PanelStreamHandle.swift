internal import Witan

/// A text that a panel grades, with the last verdict as C reads it.
final class PanelStreamHandle: Handled {
  static var kind: UInt32 { 10 }

  let stream: PanelStream
  /// The last verdict as JSON with a NUL.
  private var text = UnsafeMutableBufferPointer<CChar>(start: nil, count: 0)

  init(_ stream: PanelStream) { self.stream = stream }

  deinit { text.deallocate() }

  /// Keeps a verdict as JSON until the next one. -> its bytes, without the NUL behind them
  func keep(_ verdict: PanelVerdict) -> UnsafeBufferPointer<CChar> {
    var json = verdict.json.text()
    return json.withUTF8 { bytes in
      if text.count <= bytes.count {
        text.deallocate()
        text = .allocate(capacity: 2 * bytes.count + 1)
      }
      _ = UnsafeMutableRawBufferPointer(text).initializeMemory(as: UInt8.self, from: bytes)
      text.initializeElement(at: bytes.count, to: 0)
      return UnsafeBufferPointer(rebasing: text[..<bytes.count])
    }
  }
}
