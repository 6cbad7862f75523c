// Copies of what was scored: forks, states to go back to, saved ones. Guards that look for views have forks alone.
extension GuardScorer {
  func fork() -> GuardScorer {
    switch self {
    case .classifier(let stream): .classifier(stream.fork())
    case .views(let viewed): .views(viewed.fork())
    case .panel(let stream): .panel(stream.fork())
    }
  }

  func makeCheckpoint() -> StreamCheckpoint {
    switch self {
    case .classifier(let stream): stream.makeCheckpoint()
    case .views(let viewed): viewed.plain.makeCheckpoint()
    case .panel(let stream): stream.makeCheckpoint()
    }
  }

  func store(_ checkpoint: StreamCheckpoint) {
    switch self {
    case .classifier(let stream): stream.store(checkpoint)
    case .views(let viewed): viewed.plain.store(checkpoint)
    case .panel(let stream): stream.store(checkpoint)
    }
  }

  func restore(_ checkpoint: StreamCheckpoint) {
    switch self {
    case .classifier(let stream): stream.restore(checkpoint)
    case .views(let viewed): viewed.plain.restore(checkpoint)
    case .panel(let stream): stream.restore(checkpoint)
    }
  }

  func isKept(_ checkpoint: StreamCheckpoint) -> Bool {
    switch self {
    case .classifier(let stream): stream.isKept(checkpoint)
    case .views(let viewed): viewed.plain.isKept(checkpoint)
    case .panel(let stream): stream.isKept(checkpoint)
    }
  }

  /// Of guards that look for views nothing.
  func save() -> [UInt8] {
    switch self {
    case .classifier(let stream): stream.save()
    case .views: []
    case .panel(let stream): stream.save()
    }
  }

  func resume(_ saved: [UInt8]) throws(WitanError) {
    switch self {
    case .classifier(let stream): try stream.resume(saved)
    case .views: throw WitanError(.unsupported, "a guard that looks for views cannot be saved", at: "views")
    case .panel(let stream): try stream.resume(saved)
    }
  }
}
