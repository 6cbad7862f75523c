import CAllocationCounter
import Testing
import Witan

/// A fork has all of its memory from the beginning: it shares none that would be copied at its first push, on
/// whatever thread that is.
struct ForkAllocationTests {
  @Test("the first push of a fork of a guard allocates nothing")
  func guards() throws {
    let classifier = TestModel.classifier(.linear, hasAny: true)
    let rule = DecisionRule(on: 0.0001, off: 0.00005, debounce: .of(1, 4), action: .annotate)
    let origin = try StreamGuard(classifier, GuardOptions(defaultRule: rule, rewindTokens: 0))
    let (first, second) = (Array("some words that ".utf8), Array("go on ".utf8))
    _ = origin.push(first)
    let copy = origin.fork()
    for streamGuard in [copy, origin] {
      witan_allocations_start()
      _ = streamGuard.push(second)
      #expect(witan_allocations_stop() <= 0)
    }
    #expect(copy.save() == origin.save())
  }

  @Test("the first push of a fork of a probe stream allocates nothing")
  func probes() throws {
    let probe = try TestProbe.make()
    var origin = probe.makeStream(rewindable: 4)
    let z: [Float] = [1, 2, 3]
    origin.push(z)
    var copy = origin.fork()
    witan_allocations_start()
    copy.push(z)
    origin.push(z)
    #expect(witan_allocations_stop() <= 0)
    #expect(copy.logit(1).bitPattern == origin.logit(1).bitPattern)
  }
}
