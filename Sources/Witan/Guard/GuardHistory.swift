/// The states before the last pushes, in memory that is taken once.
final class GuardHistory {
  final class Slot {
    let stream: StreamCheckpoint
    @exclusivity(unchecked) var decisions: DecisionState
    @exclusivity(unchecked) var progress = GuardProgress()
    @exclusivity(unchecked) var eventCount = 0
    let top: TopGrades?

    init(_ stream: StreamCheckpoint, _ decisions: DecisionState, _ top: TopGrades?) {
      (self.stream, self.top) = (stream, top)
      self.decisions = decisions
    }
  }

  private let slots: [Slot]
  @exclusivity(unchecked) private var next = 0
  /// States that can be gone back to.
  @exclusivity(unchecked) private(set) var count = 0
  private let slotByteCount: Int

  /// For guards of streams of which the two functions make what notes them.
  init(
    _ capacity: Int, _ decisions: DecisionState, makeCheckpoint: () -> StreamCheckpoint,
    makeTop: () -> TopGrades?
  ) {
    slots = (0..<capacity).map { _ in Slot(makeCheckpoint(), decisions, makeTop()) }
    slotByteCount =
      (slots.first?.stream.stateByteCount ?? 0) + MemoryLayout<GuardProgress>.size + 64
      + decisions.watches.count * MemoryLayout<DecisionState.Watch>.stride
      + (slots.first?.top?.byteCount ?? 0)
  }

  var byteCount: Int { slots.count * slotByteCount }

  /// The state `age` pushes ago, 1 being the youngest; `age` <= count.
  subscript(age: Int) -> Slot { slots[(next - age + 2 * slots.count) % slots.count] }

  var oldest: Slot? { count > 0 ? self[count] : nil }

  /// The slot for a new state, in place of the oldest where all are taken.
  func add() -> Slot {
    let slot = slots[next]
    next = next + 1 == slots.count ? 0 : next + 1
    count = min(count + 1, slots.count)
    return slot
  }

  func dropOldest() { count -= 1 }

  /// Forgets the `n` youngest.
  func drop(_ n: Int) {
    next = (next - n + slots.count) % slots.count
    count -= n
  }

  func reset() { count = 0 }
}
