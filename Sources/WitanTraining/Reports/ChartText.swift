internal import Foundation

/// Numbers as the charts write them.
enum ChartText {
  /// Four significant digits.
  static func loss(_ x: Double) -> String { Axis.isShown(x) ? String(format: "%.4g", x) : "-" }

  /// At most `count` characters.
  static func cut(_ text: String, _ count: Int) -> String {
    text.count > count ? text.prefix(count - 1) + "…" : text
  }

  /// 0.0312 as "3.1 %".
  static func percent(_ x: Double) -> String { String(format: "%.1f %%", x * 100) }

  /// 12345 as "12,345".
  static func count(_ n: Int) -> String {
    var digits = String(n.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    return (n < 0 ? "-" : "") + ([digits[...]] + groups).joined(separator: ",")
  }

  /// 12345 as "12k": at most four characters up to 10^12.
  static func shortCount(_ n: Int) -> String {
    for (unit, suffix) in [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")] where n >= unit {
      let share = Double(n) / Double(unit)
      return String(format: share < 9.95 ? "%.1f" : "%.0f", share) + suffix
    }
    return "\(n)"
  }
}
