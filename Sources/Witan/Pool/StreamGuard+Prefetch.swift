internal import CKernels

// Among thousands of guards that take turns each is cold. These say where the state of one lies, for caches to
// be told before its turn comes; valid while it lives.
extension StreamGuard {
  /// What deciding and telling touch.
  struct DecisionFootprint {
    let streamGuard: Unmanaged<StreamGuard>
    private let lengths: UnsafeRawPointer

    init(_ one: StreamGuard) {
      streamGuard = .passUnretained(one)
      lengths = UnsafeRawPointer(Unmanaged.passUnretained(one.lengths).toOpaque())
    }

    @inline(__always)
    func prefetch() {
      witan_prefetch(UnsafeRawPointer(streamGuard.toOpaque()), StreamGuard.objectSize)
      witan_prefetch(lengths, 64)
    }
  }

  /// What a push touches too.
  struct Footprint {
    let decision: DecisionFootprint
    private let text: UnsafeRawPointer
    private let stream: StreamFootprint

    init(_ one: StreamGuard) {
      decision = DecisionFootprint(one)
      text = UnsafeRawPointer(Unmanaged.passUnretained(one.text).toOpaque())
      stream = StreamFootprint(one.scorer)
    }

    /// First of all what is found without reading what may be cold itself.
    @inline(__always)
    func prefetch() {
      decision.prefetch()
      witan_prefetch(text, 64)
      stream.prefetch()
    }

    /// Then what that points to.
    @inline(__always)
    func prefetchContents() { decision.streamGuard._withUnsafeGuaranteedRef { $0.prefetchContents() } }
  }

  /// The object less what a pool has no use for.
  private static var objectSize: Int {
    96 + MemoryLayout<GuardOptions>.size + MemoryLayout<DecisionState>.size + MemoryLayout<GuardProgress>.size
  }

  @inline(__always)
  private func prefetchContents() {
    witan_prefetch(text.tail, 64)
    witan_prefetch(lengths.tail, 1)
    decisions.prefetch()
    scorer.prefetchWindows()
  }
}

extension DecisionState {
  @inline(__always)
  fileprivate func prefetch() {
    watches.withUnsafeBufferPointer {
      if let base = $0.baseAddress { witan_prefetch(base, $0.count * MemoryLayout<Watch>.stride) }
    }
  }
}
