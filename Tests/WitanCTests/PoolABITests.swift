internal import CWitan
internal import Testing
internal import Witan

@Suite struct PoolABITests {
  @Test func streamsOfAPoolDecideAsStreamsByThemselves() throws {
    let library = try Library()
    var pool: OpaquePointer?
    #expect(witan_pool_create(library.model, nil, 8, &pool) == 0)
    let texts = [
      Library.harmless, Library.harmful + Library.harmless, "", Library.harmful, "Grüße aus Łódź, 東京 ",
    ].map { Array($0.utf8) }
    var names = [UInt64](repeating: 0, count: texts.count)
    let streams = texts.map { _ in library.stream() }
    for i in texts.indices { #expect(witan_pool_open(pool, &names[i]) == 0) }
    var emitted = texts.map { _ in [UInt8]() }
    var single = emitted
    var actions = texts.map { _ in Int32(0) }
    var entries = [witan_pool_step_entry](repeating: witan_pool_step_entry(), count: texts.count)
    for start in stride(from: 0, to: 160, by: 3) {
      var bytes: [UInt8] = []
      var offsets: [UInt64] = [0]
      for (i, text) in texts.enumerated() {
        let chunk = Array(text.dropFirst(start).prefix(3))
        bytes += chunk
        offsets.append(UInt64(bytes.count))
        let step = Library.push(streams[i], chunk)
        single[i] += UnsafeBufferPointer(start: step.bytes, count: Int(step.emit))
      }
      var done = 0
      #expect(
        witan_pool_push_batch(pool, names, bytes, bytes.count, offsets, texts.count, &done) == 0)
      #expect(done == texts.count)
      var count = 0
      #expect(witan_pool_step(pool, &entries, entries.count, &count) == 0)
      for entry in entries.prefix(count) {
        let i = try #require(names.firstIndex(of: entry.stream))
        emitted[i] += UnsafeBufferPointer(start: entry.step.bytes, count: Int(entry.step.emit))
        actions[i] = entry.step.action
      }
    }
    for i in texts.indices {
      var (mine, other) = (witan_step(), witan_step())
      #expect(witan_pool_finish(pool, names[i], &mine) == 0)
      #expect(witan_stream_finish(streams[i], &other) == 0)
      emitted[i] += UnsafeBufferPointer(start: mine.bytes, count: Int(mine.emit))
      single[i] += UnsafeBufferPointer(start: other.bytes, count: Int(other.emit))
      #expect(emitted[i] == single[i])
      #expect(mine.action == other.action && mine.held == other.held)
      #expect(witan_pool_close(pool, names[i]) == 0)
      #expect(witan_pool_close(pool, names[i]) == WITAN_ERROR_VALUE)
      #expect(witan_stream_free(streams[i]) == 0)
    }
    #expect(actions[1] == WITAN_TERMINATE && emitted[0] == texts[0])
    #expect(witan_pool_free(pool) == 0)
  }

  @Test func limitsAreErrors() throws {
    let library = try Library()
    var pool: OpaquePointer?
    #expect(witan_pool_create(library.model, nil, 0, &pool) == WITAN_ERROR_VALUE)
    #expect(witan_pool_create(library.model, nil, 1, &pool) == 0)
    var (first, second): (UInt64, UInt64) = (0, 0)
    #expect(witan_pool_open(pool, &first) == 0)
    #expect(witan_pool_open(pool, &second) == WITAN_ERROR_LIMIT)
    let text = Array(Library.harmless.utf8)
    #expect(witan_pool_push(pool, first, text, text.count) == 0)
    #expect(witan_pool_push(pool, .max, text, text.count) == WITAN_ERROR_VALUE)
    var count = 9
    #expect(witan_pool_step(pool, nil, 0, &count) == WITAN_ERROR_SPACE && count == 9)
    #expect(Library.message.contains("room for 0, but 1"))
    var entry = witan_pool_step_entry()
    #expect(witan_pool_step(pool, &entry, 1, &count) == 0 && count == 1 && entry.stream == first)
    #expect(witan_pool_free(pool) == 0)
  }
}
