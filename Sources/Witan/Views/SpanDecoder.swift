/// Decodes runs of base64 and hexadecimal digits, and invisible tag characters, as their bytes come.
///
/// Base64 has to mix upper case with lower case or digits. The state is below 200 bytes, however long a run is.
package struct SpanDecoder {
  package init() {}

  private var base64 = EncodedRun(width: 6)
  private var hex = EncodedRun(width: 4)
  private var hasUpper = false
  private var hasLower = false
  private var hasDigit = false
  private var last: UInt32 = 0
  /// Bytes of the text that were decoded, by the view.
  private var base64Bytes = 0
  private var hexBytes = 0
  private var tagBytes = 0

  /// Bytes of the text that were decoded.
  var takenBytes: Int { base64Bytes + hexBytes + tagBytes }

  /// The view that most of them were decoded by.
  var view: TextView {
    base64Bytes >= max(hexBytes, tagBytes) ? .base64 : hexBytes >= tagBytes ? .hex : .tags
  }

  private var isMixed: Bool { hasUpper && (hasLower || hasDigit) }

  /// Takes one byte; `body` receives what is decoded.
  package mutating func push(_ byte: UInt8, _ body: (UInt8) -> Void) {
    last = last << 8 | UInt32(byte)
    if last & 0xFFFF_FEC0 == 0xF3A0_8080 {
      let character = UInt8(truncatingIfNeeded: (last >> 8 & 1) << 6 | last & 0x3F)
      if character >= 0x20 && character < 0x7F {
        tagBytes += 4
        body(character)
      }
    }
    guard let digit = Self.digit(byte) else { return end(body) }
    hasUpper = hasUpper || byte >= 0x41 && byte <= 0x5A
    hasLower = hasLower || byte >= 0x61 && byte <= 0x7A
    hasDigit = hasDigit || byte >= 0x30 && byte <= 0x39
    base64Bytes += base64.push(digit, isMixed: isMixed, body)
    if let digit = DisguiseDetector.hexValue(byte) {
      hexBytes += hex.push(digit, isMixed: true, body)
    } else {
      hexBytes += hex.end(isMixed: true, body)
    }
  }

  /// Ends the run, and so the text.
  package mutating func end(_ body: (UInt8) -> Void) {
    base64Bytes += base64.end(isMixed: isMixed, body)
    hexBytes += hex.end(isMixed: true, body)
    (hasUpper, hasLower, hasDigit) = (false, false, false)
  }

  /// A digit of base64, of either alphabet of RFC 4648.
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x47
    case 0x30...0x39: byte + 4
    case 0x2B, 0x2D: 62
    case 0x2F, 0x5F: 63
    default: nil
    }
  }
}
