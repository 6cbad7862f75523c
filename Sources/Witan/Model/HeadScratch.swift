/// Where the parts of the scratch of a `Head` stand, for any number of texts.
struct HeadScratch {
  /// So many floats for each text, one text after the other.
  struct Section: BitwiseCopyable {
    fileprivate let floatsBefore: Int  // for each text
    fileprivate let slackBefore: Int
    /// Floats of one text.
    let count: Int

    /// Where it begins in the scratch of `n` texts.
    func start(_ n: Int) -> Int { n * floatsBefore + slackBefore }
  }

  private var floats = 0
  private var slack = 0

  /// The next section; kernels may write `slack` floats beyond its end.
  mutating func take(_ count: Int, slack: Int = 0) -> Section {
    defer { (floats, self.slack) = (floats + count, self.slack + slack) }
    return Section(floatsBefore: floats, slackBefore: self.slack, count: count)
  }

  /// Floats of all sections for `n` texts.
  func count(_ n: Int) -> Int { n * floats + slack }
}
