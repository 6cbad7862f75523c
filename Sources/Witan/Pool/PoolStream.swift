/// One stream of a `StreamPool`: a name, not the stream. After `close` it names nothing any more, also when
/// its place has been taken by another stream.
public struct PoolStream: Sendable, Hashable {
  let pool: ObjectIdentifier
  let index: Int
  /// How often the place was taken: tells its streams apart.
  let generation: Int
}
