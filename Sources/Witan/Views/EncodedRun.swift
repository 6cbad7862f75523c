/// One way to read a run of digits as bytes, and whether these are text.
///
/// A run is taken for text once its first 12 bytes are: valid UTF-8, printable, half of them letters or
/// spaces. At the first byte that is not, the rest of the run is left.
struct EncodedRun {
  private enum State { case holding, open, failed }

  /// Bytes that are held back until they show whether they are text; a shorter run needs `fewest`.
  private static let held = 12
  private static let fewest = 8

  private let width: UInt32  // bits of a digit
  private var state = State.holding
  private var bits: UInt32 = 0
  private var bitCount: UInt32 = 0
  private var digits = 0
  private var count = 0  // bytes held
  private var letters = 0  // of them
  private var bytes: (UInt64, UInt64) = (0, 0)  // held, the first in the lowest bits
  private var decoder = UTF8Decoder()

  init(width: UInt32) { self.width = width }

  /// Takes a digit; `body` receives what is decoded. Returns how many digits were taken for text by now
  /// that were not before.
  mutating func push(_ digit: UInt8, isMixed: Bool, _ body: (UInt8) -> Void) -> Int {
    guard state != .failed else { return 0 }
    digits += 1
    bits = bits << width | UInt32(digit)
    bitCount += width
    guard bitCount >= 8 else { return state == .open ? 1 : 0 }
    bitCount -= 8
    let byte = UInt8(truncatingIfNeeded: bits >> bitCount)
    guard isText(byte) else {
      if state == .open { body(0x20) }
      state = .failed
      return 0
    }
    if state == .open {
      body(byte)
      return 1
    }
    hold(byte)
    return count == Self.held ? decide(isMixed: isMixed, body) : 0
  }

  /// Ends the run. Returns as `push` does.
  mutating func end(isMixed: Bool, _ body: (UInt8) -> Void) -> Int {
    defer { self = EncodedRun(width: width) }
    let isShort = state == .holding && count >= Self.fewest
    let taken = isShort && !decoder.isInsideCharacter ? decide(isMixed: isMixed, body) : 0
    if state == .open { body(0x20) }
    return taken
  }

  private mutating func decide(isMixed: Bool, _ body: (UInt8) -> Void) -> Int {
    guard isMixed && 2 * letters >= count else {
      state = .failed
      return 0
    }
    state = .open
    for i in 0..<count {
      body(UInt8(truncatingIfNeeded: i < 8 ? bytes.0 >> (8 * i) : bytes.1 >> (8 * (i - 8))))
    }
    return digits
  }

  private mutating func isText(_ byte: UInt8) -> Bool {
    if byte < 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 || byte == 0x7F { return false }
    return withUnsafePointer(to: byte) {
      var i = 0
      return decoder.next($0, 1, &i) != UTF8Decoder.invalid
    }
  }

  private mutating func hold(_ byte: UInt8) {
    if count < 8 {
      bytes.0 |= UInt64(byte) << (8 * count)
    } else {
      bytes.1 |= UInt64(byte) << (8 * (count - 8))
    }
    count += 1
    if byte == 0x20 || byte >= 0x80 || DisguiseDetector.classes[Int(byte)] & 31 != 26 { letters += 1 }
  }
}
