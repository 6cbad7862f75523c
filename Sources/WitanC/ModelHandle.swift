internal import CHandles
internal import CWitan
internal import Witan

/// A classifier with its names as C reads them. Immutable after init.
final class ModelHandle: Handled {
  static var kind: UInt32 { 2 }

  let classifier: Classifier
  private let strings = CStrings()
  /// By output.
  let outputs: [(id: UnsafePointer<CChar>, title: UnsafePointer<CChar>, label: Label)]
  private let metadata: [String: UnsafePointer<CChar>]

  init(_ classifier: Classifier) {
    self.classifier = classifier
    let strings = self.strings
    var labels = classifier.spec.labels
    if classifier.spec.hasAny {
      labels.append(Label(id: "any", title: "any", threshold: classifier.spec.anyThreshold))
    }
    outputs = labels.map { (strings.keep($0.id), strings.keep($0.title), $0) }
    metadata = classifier.metadata.mapValues { strings.keep($0) }
  }

  /// Opens a model with the table of embeddings that it names, if the context has it.
  convenience init(_ storage: MappedFile, _ context: ContextHandle) throws(WitanError) {
    let named = try ModelFile(storage.bytes).spec.dense
    self.init(try Classifier(storage: storage, named.flatMap { context.table($0.digest) }))
  }

  func metadata(_ key: String) -> UnsafePointer<CChar>? { metadata[key] }
}

extension Label {
  /// Writes the label as C reads it, all but its size.
  func write(
    _ id: UnsafePointer<CChar>, _ title: UnsafePointer<CChar>, to out: UnsafeMutablePointer<witan_output>
  ) {
    out.pointee.threshold = threshold
    (out.pointee.id, out.pointee.title) = (id, title)
    out.pointee.stance = stance.flatMap { Stance.allCases.firstIndex(of: $0) }.map { Int32($0 + 1) } ?? 0
    out.pointee.side = side.flatMap { Side.allCases.firstIndex(of: $0) }.map { Int32($0 + 1) } ?? 0
  }
}
