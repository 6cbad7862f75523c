/// A classifier whose streams look for disguises: what evaluates and scores a `TextModel` takes it as it is.
public struct ViewedModel: TextModel {
  public let classifier: Classifier

  public init(_ classifier: Classifier) { self.classifier = classifier }

  public var labels: [Label] { classifier.labels }
  public var task: ModelSpec.Task { classifier.task }
  public var hasAny: Bool { classifier.hasAny }
  public var anyThreshold: Float { classifier.anyThreshold }

  public func makeStream() -> ViewedStream { classifier.makeViewedStream() }
}
