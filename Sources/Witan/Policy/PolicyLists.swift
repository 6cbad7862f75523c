/// The lists of a resolved policy in one place that nothing counts references to: what a decision runs through at each
/// word of a stream. Immutable once they are made; they live as long as this object.
final class PolicyLists: @unchecked Sendable {
  private var memory: [UnsafeMutableRawPointer] = []

  init() {}

  /// A copy of `list` that lives as long as this object.
  func keep<Element: BitwiseCopyable>(_ list: [Element]) -> UnsafeBufferPointer<Element> {
    guard !list.isEmpty else { return UnsafeBufferPointer(start: nil, count: 0) }
    let place = UnsafeMutablePointer<Element>.allocate(capacity: list.count)
    place.initialize(from: list, count: list.count)
    memory.append(UnsafeMutableRawPointer(place))
    return UnsafeBufferPointer(start: place, count: list.count)
  }

  deinit {
    for place in memory { place.deallocate() }
  }
}
