// Sums as saved streams hold them: the columns of each classifier after the other, wherever they stand in a row.
extension Head {
  struct SavedColumns {
    /// In the sums of a text.
    let lanes: Range<Int>
    /// Which of the numbers of features of a text is that of these sums.
    let features: Int
  }

  var savedColumns: [SavedColumns] {
    parts.map {
      SavedColumns(lanes: $0.firstColumn..<$0.firstColumn + $0.spec.columns, features: $0.features)
    }
  }

  var savedColumnCount: Int { parts.reduce(0) { $0 + $1.spec.columns } }

  /// Whether `values`, of all columns, can be sums of so many features. [counts: featureCounts]
  func areSums(_ values: ArraySlice<UInt32>, of counts: [Int]) -> Bool {
    var rest = values
    return savedColumns.allSatisfy { part in
      defer { rest = rest.dropFirst(part.lanes.count) }
      return Self.areSums(rest.prefix(part.lanes.count), of: counts[part.features])
    }
  }

  /// Whether `values` can be sums of `count` rows of int8.
  static func areSums(_ values: ArraySlice<UInt32>, of count: Int) -> Bool {
    count <= ModelSpec.maximumFeatures
      && values.allSatisfy { Int(Int32(bitPattern: $0).magnitude) <= 127 * count }
  }
}
