/// A picture of training or of a classifier: SVG in one file, which any browser shows, light or dark.
///
/// Numbers that are not finite leave gaps; without any data a chart says so.
public struct Chart: Sendable {
  /// The file's text.
  public let svg: String
}
