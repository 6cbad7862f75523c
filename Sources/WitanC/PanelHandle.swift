internal import Witan

/// A panel with its members' names as C reads them. Immutable after init.
final class PanelHandle: Handled {
  static var kind: UInt32 { 9 }

  let panel: Panel
  private let strings = CStrings()
  /// By member.
  let names: [UnsafePointer<CChar>]

  init(_ panel: Panel) {
    self.panel = panel
    let strings = self.strings
    names = panel.members.map { strings.keep($0.name) }
  }
}
