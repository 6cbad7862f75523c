extension PoolStream {
  /// The stream as a number, for programs that keep numbers: its place below 2^20, then its generation.
  package var number: UInt64 { UInt64(generation) << 20 | UInt64(index) }

  /// The stream of `pool` that `number` names; a number that names none makes every call throw.
  package init(number: UInt64, of pool: StreamPool) {
    self.init(
      pool: ObjectIdentifier(pool), index: Int(number & 0xF_FFFF), generation: Int(number >> 20))
  }
}
