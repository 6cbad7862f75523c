extension JSON {
  /// The value as JSON text, keys sorted; on several lines when `indent` is given.
  package func text(indent: Bool = false) -> String {
    var out = ""
    write(&out, indent ? 0 : nil)
    return out
  }

  private func write(_ out: inout String, _ level: Int?) {
    switch self {
    case .null: out += "null"
    case .bool(let b): out += b ? "true" : "false"
    case .number(let n): out += JSON.text(n)
    case .string(let s): JSON.quote(s, &out)
    case .array(let items):
      // Short rows of plain values read best on one line.
      let plain = items.allSatisfy { $0.array == nil && $0.object == nil }
      JSON.list("[", items.map { ("", $0) }, "]", &out, plain ? nil : level)
    case .object(let fields):
      JSON.list("{", fields.sorted { $0.key < $1.key }, "}", &out, level)
    }
  }

  private static func list(
    _ open: String, _ items: [(key: String, value: JSON)], _ close: String, _ out: inout String,
    _ level: Int?
  ) {
    out += open
    for (i, item) in items.enumerated() {
      if i > 0 { out += level == nil && open == "[" ? ", " : "," }
      if let level { out += "\n" + String(repeating: "  ", count: level + 1) }
      if open == "{" {
        quote(item.key, &out)
        out += level == nil ? ":" : ": "
      }
      item.value.write(&out, level.map { $0 + 1 })
    }
    if let level, !items.isEmpty { out += "\n" + String(repeating: "  ", count: level) }
    out += close
  }

  private static func text(_ n: Double) -> String {
    guard n.isFinite else { return "null" }
    return n.rounded() == n && n.magnitude < 1e15 ? "\(Int64(n))" : "\(n)"
  }

  private static func quote(_ s: String, _ out: inout String) {
    out += "\""
    for c in s.unicodeScalars {
      switch c {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let hex = String(c.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(c)
      }
    }
    out += "\""
  }
}
