internal import Foundation

/// A drawing in SVG 1.1: one file, without scripts, fonts or links, in colours for light and dark.
struct SVG {
  enum Anchor: String { case start, middle, end }

  private let width: Double
  private let height: Double
  private let title: String
  private let description: String
  private var body = ""

  init(width: Double, height: Double, title: String, description: String) {
    (self.width, self.height, self.title, self.description) = (width, height, title, description)
    element("rect", ["class": "ground", "width": Self.number(width), "height": Self.number(height)])
  }

  // Classes, not variables: what reads SVG outside of browsers does not know variables.
  private static let style = """
    text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;\
    font-variant-numeric:tabular-nums;fill:#444}
    .title{font-size:16px;font-weight:600;fill:#111}.note{fill:#666}.small{font-size:9px;fill:#777}
    .ground{fill:#fff}.grid{stroke:#ececec}.axis{stroke:#aaa}.hint{stroke:#bbb;stroke-dasharray:3 3}
    .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .train{stroke:#9a9a9a;stroke-width:1.5}.dev{stroke:#1f67a8}.thin{stroke:#1f67a8;opacity:.45}
    .dot{fill:#1f67a8;stroke:#fff;stroke-width:1.5}.traindot{fill:#9a9a9a}
    .bar{fill:#c3d5e6}.trainlabel{fill:#6f6f6f}.devlabel{fill:#1f67a8;font-weight:600}
    @media (prefers-color-scheme:dark){
    text{fill:#bbb}.title{fill:#f2f2f2}.note{fill:#a0a0a0}.small{fill:#999}
    .ground{fill:#15181c}.grid{stroke:#262b31}.axis{stroke:#666}.hint{stroke:#555}
    .train{stroke:#8b8b8b}.dev{stroke:#7cb7ee}.thin{stroke:#7cb7ee}
    .dot{fill:#7cb7ee;stroke:#15181c}.traindot{fill:#8b8b8b}
    .bar{fill:#31475c}.trainlabel{fill:#a3a3a3}.devlabel{fill:#7cb7ee}
    }
    """

  mutating func line(_ style: String, from a: (x: Double, y: Double), to b: (x: Double, y: Double)) {
    element(
      "line",
      [
        "class": style, "x1": Self.number(a.x), "y1": Self.number(a.y), "x2": Self.number(b.x),
        "y2": Self.number(b.y),
      ])
  }

  /// Straight lines through points; a nil interrupts them.
  mutating func path(_ style: String, _ points: [(x: Double, y: Double)?]) {
    var d = ""
    var isDown = false
    for point in points {
      if let point { d += "\(isDown ? "L" : "M")\(Self.number(point.x)) \(Self.number(point.y))" }
      isDown = point != nil
    }
    if !d.isEmpty { element("path", ["class": style, "d": d]) }
  }

  /// `hint` is shown by browsers when the pointer rests on it.
  mutating func circle(_ style: String, _ x: Double, _ y: Double, radius: Double, hint: String? = nil) {
    element(
      "circle",
      ["class": style, "cx": Self.number(x), "cy": Self.number(y), "r": Self.number(radius)], hint: hint)
  }

  mutating func rectangle(
    _ style: String, x: Double, y: Double, width: Double, height: Double, opacity: Double? = nil,
    hint: String? = nil
  ) {
    var attributes = [
      "class": style, "x": Self.number(x), "y": Self.number(y), "width": Self.number(width),
      "height": Self.number(height),
    ]
    if let opacity { attributes["opacity"] = Self.number(opacity) }
    element("rect", attributes, hint: hint)
  }

  mutating func text(
    _ content: String, _ style: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start,
    rotated degrees: Double? = nil
  ) {
    var attributes = ["class": style, "x": Self.number(x), "y": Self.number(y)]
    if anchor != .start { attributes["text-anchor"] = anchor.rawValue }
    if let degrees {
      attributes["transform"] = "rotate(\(Self.number(degrees)) \(Self.number(x)) \(Self.number(y)))"
    }
    element("text", attributes, content: Self.escape(content))
  }

  /// The file.
  var document: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
    role="img" aria-labelledby="title desc">
    <title id="title">\(Self.escape(title))</title>
    <desc id="desc">\(Self.escape(description))</desc>
    <style>
    \(Self.style)
    </style>
    \(body)</svg>

    """
  }

  private mutating func element(
    _ name: String, _ attributes: [String: String], content: String = "", hint: String? = nil
  ) {
    let pairs = attributes.sorted { $0.key < $1.key }
    body += "<\(name)" + pairs.map { " \($0.key)=\"\($0.value)\"" }.joined()
    let inner = (hint.map { "<title>\(Self.escape($0))</title>" } ?? "") + content
    body += inner.isEmpty ? "/>\n" : ">\(inner)</\(name)>\n"
  }

  /// At most two decimals: a hundredth of a pixel is finer than anybody sees.
  static func number(_ x: Double) -> String {
    guard x.isFinite else { return "0" }
    var text = String(format: "%.2f", x)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
  }

  /// Text as XML 1.0 may hold it: markup escaped, characters that it forbids left out.
  static func escape(_ text: String) -> String {
    var out = ""
    for c in text.unicodeScalars {
      switch c {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\t", "\n", "\r": out += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": break
      default: out.unicodeScalars.append(c)
      }
    }
    return out
  }
}
