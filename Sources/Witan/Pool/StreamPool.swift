/// Thousands of guarded streams of one classifier or one panel that take turns: a server pushes the token that each
/// generation has made, then calls `step`, which reads all words that ended in one product, of all members.
///
/// Each stream decides exactly as a `StreamGuard` of its own does, bit for bit, however the streams are
/// interleaved and wherever the rounds are cut; only when it says so differs: in `step`, not in `push`. What
/// streams need only while they are pushed or read they share, so each takes a few kilobytes.
///
/// Nothing is allocated per push or step once the pool has grown to its streams and their text. A pool
/// belongs to one thread at a time; use one for each thread.
public final class StreamPool {
  /// What new streams are graded by, and their options.
  @exclusivity(unchecked) private var source: PoolSource
  /// That of streams which were opened before `use`, while there are any.
  @exclusivity(unchecked) private var formerSources: [PoolSource] = []
  /// Streams that can be open at once.
  public let capacity: Int
  /// Bytes that are taken between two steps.
  public let maximumRoundBytes: Int

  // Checking each access for overlaps would cost more than the access.
  @exclusivity(unchecked) private var guards: [StreamGuard] = []
  /// Where each guard lies; and which stream was pushed to after it when it was pushed to last: a server takes
  /// its streams in much the same order each round.
  @exclusivity(unchecked) private var footprints: [StreamGuard.Footprint] = []
  @exclusivity(unchecked) private var successors: [Int32] = []
  @exclusivity(unchecked) private var last = 0
  /// How often each place was taken or given back: odd while it is taken.
  @exclusivity(unchecked) private var generations: [Int] = []
  @exclusivity(unchecked) private var free: [Int] = []
  /// Streams with something to tell, in the order in which it came; and those of the running step.
  @exclusivity(unchecked) private var touched: [PoolStream] = []
  @exclusivity(unchecked) private var telling: [PoolStream] = []
  @exclusivity(unchecked) private var isStepping = false
  /// Bytes that were taken since the last step.
  @exclusivity(unchecked) public private(set) var roundByteCount = 0

  /// Options are those of each stream. A pool takes no tokens back: `rewindTokens` must be 0. [capacity:
  /// 1...2^20] [maximumRoundBytes: 1...2^40]
  ///
  /// Throws `invalidValue` that names the option, or the output that the model does not have.
  public convenience init(
    _ classifier: Classifier, _ options: GuardOptions = GuardOptions(rewindTokens: 0),
    capacity: Int = 1024, maximumRoundBytes: Int = 1 << 24
  ) throws(WitanError) {
    try self.init(PoolSource(classifier, options), capacity, maximumRoundBytes)
  }

  /// A pool whose streams are graded by all members of `panel`: each is as a `StreamGuard` over the panel, and
  /// says of each member what its classifier says alone, bit for bit. Ranges and errors as for one classifier.
  public convenience init(
    _ panel: Panel, _ options: GuardOptions = GuardOptions(rewindTokens: 0), capacity: Int = 1024,
    maximumRoundBytes: Int = 1 << 24
  ) throws(WitanError) {
    try self.init(PoolSource(panel, options), capacity, maximumRoundBytes)
  }

  private init(_ source: PoolSource, _ capacity: Int, _ maximumRoundBytes: Int) throws(WitanError) {
    guard 1...1 << 20 ~= capacity else {
      throw WitanError(.invalidValue, "is not in 1...2^20 streams", at: "capacity")
    }
    guard 1...1 << 40 ~= maximumRoundBytes else {
      throw WitanError(.invalidValue, "is not in 1...2^40", at: "maximum_round_bytes")
    }
    self.source = source
    self.capacity = capacity
    self.maximumRoundBytes = maximumRoundBytes
  }

  /// What grades new streams: one of these is nil.
  public var classifier: Classifier? { source.classifier }
  public var panel: Panel? { source.panel }
  /// Options of new streams.
  public var options: GuardOptions { source.options }

  /// Has streams that are opened from now on graded by `panel`, with these options (nil: those that the pool has).
  /// Streams that are open keep what they were opened with, to their end. Allocates a guard for each closed place.
  ///
  /// Throws `invalidValue` as `init`, for rules about members that the panel does not have above all; the pool is
  /// then as it was.
  public func use(_ panel: Panel, _ options: GuardOptions? = nil) throws(WitanError) {
    let new = try PoolSource(panel, options ?? source.options)
    formerSources.append(source)
    source = new
    for index in free { renew(index) }
    formerSources.removeAll { $0.guardCount == 0 }
  }

  /// Puts a guard of the present source in a place that was closed.
  private func renew(_ index: Int) {
    if let former = formerSources.first(where: { $0.batch === guards[index].batch }) {
      former.guardCount -= 1
    }
    guards[index] = source.makeGuard()
    footprints[index] = StreamGuard.Footprint(guards[index])
  }

  /// Streams that are open now.
  public var openCount: Int { guards.count - free.count }

  /// Streams that the next step has something to tell of, at most.
  package var touchedCount: Int { touched.count }

  /// Whether pushes to a stream are ignored: after `terminate`, `finish` and `cancel`.
  package func isEnded(_ id: PoolStream) throws(WitanError) -> Bool { try find(id).isEnded }

  /// Bytes of memory that the pool holds now, the streams and what they share. O(streams)
  public var stateByteCount: Int {
    guards.reduce(formerSources.reduce(source.byteCount) { $0 + $1.byteCount }) { $0 + $1.stateByteCount }
      + MemoryLayout<PoolStream>.stride * (touched.capacity + telling.capacity)
      + MemoryLayout<StreamGuard.Footprint>.stride * footprints.capacity + 4 * successors.capacity
      + 8 * (guards.capacity + generations.capacity + free.capacity)
  }

  /// Opens a stream for a text that stands on `side`; see `ScoringStream.begin(as:)`. Throws as `open()`.
  public func open(as side: Side?) throws(WitanError) -> PoolStream {
    let id = try open()
    guards[id.index].begin(as: side)
    return id
  }

  /// Opens a stream for the answer to a prompt; see `ScoringStream.begin(prompt:)`. Throws as `open()`.
  public func open(prompt: String?) throws(WitanError) -> PoolStream {
    let id = try open()
    guards[id.index].begin(prompt: prompt)
    return id
  }

  /// Opens a stream, at its beginning. Throws `limit` at `capacity` when all are taken: close one, or send the request
  /// elsewhere. Allocates only when more streams are open than ever before.
  public func open() throws(WitanError) -> PoolStream {
    if let index = free.popLast() {
      generations[index] += 1
      return PoolStream(pool: ObjectIdentifier(self), index: index, generation: generations[index])
    }
    guard guards.count < capacity else {
      throw WitanError(.limit, "all \(capacity) streams are open; close one first", at: "capacity")
    }
    let streamGuard = source.makeGuard()
    guards.append(streamGuard)
    footprints.append(StreamGuard.Footprint(streamGuard))
    successors.append(Int32(guards.count - 1))
    generations.append(1)
    return PoolStream(pool: ObjectIdentifier(self), index: guards.count - 1, generation: 1)
  }

  /// Takes the next bytes of a stream; the next `step` says what follows. O(bytes)
  ///
  /// Throws `limit` at `maximum_round_bytes` when a round has no room for them, and nothing is taken then:
  /// call `step` first. Throws `invalidValue` when the stream is closed.
  public func push(_ bytes: UnsafeBufferPointer<UInt8>, to id: PoolStream) throws(WitanError) {
    let streamGuard = try find(id)
    guard bytes.count <= maximumRoundBytes - roundByteCount else {
      throw WitanError(
        .limit,
        "\(bytes.count) bytes after \(roundByteCount) of this round are too many; "
          + (roundByteCount > 0 ? "call step() first" : "push them in parts"), at: "maximum_round_bytes")
    }
    roundByteCount += bytes.count
    foresee(after: id.index)
    if streamGuard.pushDeferring(bytes) { touched.append(id) }
  }

  public func push(_ bytes: [UInt8], to id: PoolStream) throws(WitanError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(WitanError) in try push(bytes, to: id) }
  }

  public func push(_ text: String, to id: PoolStream) throws(WitanError) {
    var text = text
    try text.withUTF8 { bytes in Result { () throws(WitanError) in try push(bytes, to: id) } }.get()
  }

  /// Reads the words that ended since the last step, all in one product (or more, of at most 1,024 rows), and
  /// tells `body` of each stream in which a word ended, that ended, or was pushed to after its end. O(words
  /// x width)
  ///
  /// `body` may call the pool, `withEmittable` above all; what it pushes belongs to the next round. A step
  /// inside a step does nothing.
  public func step(_ body: (PoolStream, GuardStep) -> Void) {
    if isStepping { return }
    isStepping = true
    defer { isStepping = false }
    source.batch.flush()
    for former in formerSources { former.batch.flush() }
    roundByteCount = 0
    swap(&touched, &telling)
    for i in telling.indices {
      let id = telling[i]
      if i + 4 < telling.count { footprints[telling[i + 4].index].decision.prefetch() }
      // Streams that `body` has closed or finished have told all.
      guard generations[id.index] == id.generation, let step = guards[id.index].tell() else { continue }
      body(id, step)
    }
    telling.removeAll(keepingCapacity: true)
  }

  /// As above, as a list; allocates it.
  public func step() -> [(stream: PoolStream, step: GuardStep)] {
    var steps: [(stream: PoolStream, step: GuardStep)] = []
    step { steps.append(($0, $1)) }
    return steps
  }

  /// Ends the text of a stream, as `StreamGuard.finish` does, at once: the step says what goes out since the
  /// last step of this stream. The stream stays open until `close`.
  public func finish(_ id: PoolStream) throws(WitanError) -> GuardStep { try find(id).finish() }

  /// Answers what is held or asked about, as `StreamGuard.resolve` does, at once.
  public func resolve(_ answer: GuardAnswer, _ id: PoolStream) throws(WitanError) -> GuardStep {
    try find(id).resolve(answer)
  }

  /// Ends a stream where it is. Words that were not read yet are read first: the verdict is `terminate`, for
  /// the reason `cancelled` unless a rule or a limit has ended the stream before. It stays open until `close`.
  public func cancel(_ id: PoolStream) throws(WitanError) -> GuardStep { try find(id).cancel() }

  /// What is in force as of the last step, with nothing to emit.
  public func verdict(of id: PoolStream) throws(WitanError) -> GuardStep { try find(id).verdict }

  /// The next event of a stream that was not told yet; see `StreamGuard.nextEvent`.
  public func nextEvent(of id: PoolStream) throws(WitanError) -> GuardEvent? { try find(id).nextEvent() }

  /// Gives the bytes that the last step of this stream lets out, until it is pushed to again; valid inside
  /// `body`.
  public func withEmittable<R>(
    of id: PoolStream, _ body: (UnsafeBufferPointer<UInt8>) -> R
  ) throws(WitanError) -> R {
    try find(id).withEmittable(body)
  }

  /// Gives the place of a stream back. What it held is gone, what was not told never is. Allocates when `use` has given
  /// new streams another panel since it was opened.
  public func close(_ id: PoolStream) throws(WitanError) {
    let streamGuard = try find(id)
    // Its rows in the batch would else be taken for those of the next stream in its place.
    streamGuard.settle()
    if streamGuard.batch === source.batch {
      streamGuard.reset()
    } else {
      renew(id.index)
      formerSources.removeAll { $0.guardCount == 0 }
    }
    generations[id.index] += 1
    free.append(id.index)
  }

  /// Has the state fetched of the streams that will likely be pushed to next: with thousands it lies in no
  /// near cache. A wrong guess costs a few fetches.
  @inline(__always)
  private func foresee(after index: Int) {
    successors[last] = Int32(truncatingIfNeeded: index)
    last = index
    let next = Int(successors[index])
    footprints[Int(successors[next])].prefetch()
    footprints[next].prefetchContents()
  }

  @inline(__always)
  private func find(_ id: PoolStream) throws(WitanError) -> StreamGuard {
    // Where a pool has gone, another may stand at the same address with fewer streams.
    guard id.pool == ObjectIdentifier(self), id.index < generations.count,
      generations[id.index] == id.generation
    else {
      throw WitanError(.invalidValue, "is closed, or of another pool", at: "stream")
    }
    return guards[id.index]
  }
}
