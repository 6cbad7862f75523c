/// Numbers that never change, in memory of their own: reading them counts no references.
final class Constants<Element: BitwiseCopyable>: @unchecked Sendable {  // immutable after init
  let base: UnsafePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
    elements.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { memory.initialize(from: first, count: source.count) }
    }
    base = UnsafePointer(memory)
  }

  deinit { base.deallocate() }

  var byteCount: Int { MemoryLayout<Element>.stride * count }
}
