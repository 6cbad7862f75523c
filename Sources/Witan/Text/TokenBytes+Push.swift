extension ScoringStream {
  /// Adds the bytes of a token. Throws `invalidValue` when no token has this id, and takes nothing then.
  public func push(token id: Int, of vocabulary: TokenBytes) throws(WitanError) {
    push(try vocabulary.demand(id))
  }
}

extension StreamGuard {
  /// Takes the bytes of a token; one without bytes is a push too. Throws `invalidValue` when no token has
  /// this id, and takes nothing then.
  public func push(token id: Int, of vocabulary: TokenBytes) throws(WitanError) -> GuardStep {
    push(try vocabulary.demand(id))
  }
}

extension StreamPool {
  /// Takes the bytes of a token of a stream, as `push(_:to:)` does. Throws `invalidValue` when no token has
  /// this id, and takes nothing then.
  public func push(
    token: Int, of vocabulary: TokenBytes, to id: PoolStream
  ) throws(WitanError) {
    try push(try vocabulary.demand(token), to: id)
  }
}
