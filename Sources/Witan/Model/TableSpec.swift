/// How the rows of a classifier's table are stored: the part of the format that compression changes.
public struct TableSpec: Sendable, Hashable {
  /// 8 for int8 weights, 4 for codes of half a byte.
  public let bits: Int
  /// Rows that a pruned table has left; nil when every bucket has its own.
  public let keptRows: Int?

  /// Throws `unsupported` when there are no such weights, `invalidValue` when no row would be left.
  public init(bits: Int = 8, keptRows: Int? = nil) throws(WitanError) {
    guard bits == 8 || bits == 4 else {
      throw WitanError(.unsupported, "\(bits) is neither 8 nor 4", at: "table.bits")
    }
    guard keptRows ?? 1 >= 1 else {
      throw WitanError(.invalidValue, "\(keptRows ?? 0) is below 1", at: "table.rows")
    }
    self.init(unchecked: bits, keptRows)
  }

  private init(unchecked bits: Int, _ keptRows: Int?) { (self.bits, self.keptRows) = (bits, keptRows) }

  /// int8, all rows: what training gives.
  public static let plain = TableSpec(unchecked: 8, nil)

  /// Bytes of a row of `columns` columns.
  package func rowBytes(columns: Int) -> Int { bits == 8 ? columns : (columns + 1) / 2 }

  package var json: JSON {
    var fields: [String: JSON] = ["bits": JSON(bits)]
    if let keptRows { fields["rows"] = JSON(keptRows) }
    return .object(fields)
  }

  /// Reads what `json` wrote; nil is the plain one. Throws `format`, naming the field, or as `init`.
  package init(json: JSON?) throws(WitanError) {
    guard let json else {
      self = .plain
      return
    }
    guard let bits = json["bits"]?.int else {
      throw WitanError(.format, "is missing or of the wrong type", at: "table.bits")
    }
    if let rows = json["rows"], rows.int == nil {
      throw WitanError(.format, "is missing or of the wrong type", at: "table.rows")
    }
    try self.init(bits: bits, keptRows: json["rows"]?.int)
  }
}
