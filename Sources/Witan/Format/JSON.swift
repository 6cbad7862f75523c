/// A JSON value (RFC 8259). Object keys are unique; writing sorts them, so equal values give equal
/// bytes.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  package subscript(_ key: String) -> JSON? {
    if case .object(let fields) = self { fields[key] } else { nil }
  }

  package var string: String? { if case .string(let s) = self { s } else { nil } }
  package var number: Double? { if case .number(let n) = self { n } else { nil } }
  package var bool: Bool? { if case .bool(let b) = self { b } else { nil } }
  package var array: [JSON]? { if case .array(let a) = self { a } else { nil } }
  package var object: [String: JSON]? { if case .object(let o) = self { o } else { nil } }

  /// The number when it is a whole one that a Double holds exactly.
  package var int: Int? {
    guard let n = number, n.rounded() == n, n.magnitude <= 9_007_199_254_740_992 else { return nil }
    return Int(n)
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .number(Double(value)) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
  package init(_ value: Int) { self = .number(Double(value)) }
  package init(_ value: Double) { self = .number(value) }
  /// The shortest decimal that reads back as the same Float, so that output is not 0.10000000149.
  package init(_ value: Float) { self = .number(Double("\(value)") ?? Double(value)) }
  package init(_ value: [Int]) { self = .array(value.map { JSON($0) }) }
  package init(_ value: [String]) { self = .array(value.map(JSON.string)) }
}
