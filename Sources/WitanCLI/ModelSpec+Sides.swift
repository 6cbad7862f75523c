import Witan

extension ModelSpec {
  /// The sides that its principles are about.
  var sides: Set<Side> { Set(labels.compactMap(\.side)) }
}
