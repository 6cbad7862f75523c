internal import Witan

/// A probe with its names as C reads them. Immutable.
final class ProbeHandle: Handled {
  static var kind: UInt32 { 7 }

  let probe: ActivationProbe
  private let strings = CStrings()
  let outputs: [(id: UnsafePointer<CChar>, title: UnsafePointer<CChar>, label: Label)]

  init(path: String) throws(WitanError) {
    probe = try ActivationProbe(path: path)
    let strings = self.strings
    outputs = probe.spec.labels.map { (strings.keep($0.id), strings.keep($0.title), $0) }
  }
}
