extension Label {
  /// Whether the label is judged of a text that stands on `side`: principles about answers and about
  /// exchanges of an answer with its prompt, the others of their own side only. Labels without a side
  /// always are, and so are all labels when nobody says where the text stands.
  public func applies(to side: Side?) -> Bool {
    guard let side, let own = self.side else { return true }
    return own == side || (side == .exchange && own == .response)
  }
}
