internal import CWitan
internal import Witan

extension PanelVerdict {
  /// Writes the verdict's numbers, all but their size.
  func write(to out: UnsafeMutablePointer<witan_panel_verdict>) {
    out.pointee.outcome = outcome.number
    out.pointee.action = decision?.action.number ?? witan_action(WITAN_EMIT)
    out.pointee.spread = dissent.spread
    out.pointee.division = dissent.division
  }
}

extension PanelVerdict.Outcome {
  var number: witan_outcome {
    switch self {
    case .accepted: witan_outcome(WITAN_ACCEPTED)
    case .objected: witan_outcome(WITAN_OBJECTED)
    case .contested: witan_outcome(WITAN_CONTESTED)
    case .undecided: witan_outcome(WITAN_UNDECIDED)
    }
  }
}
