internal import CHandles
internal import CWitan
internal import Testing

@Suite struct HandleTests {
  @Test func freedForeignAndInventedHandlesAreErrors() throws {
    let library = try Library()
    let stream = library.stream()
    var step = witan_step()
    #expect(witan_stream_push(library.model, nil, 0, &step) == WITAN_ERROR_HANDLE)
    #expect(Library.message == "a witan_stream is needed, and this is a witan_model")
    #expect(witan_stream_push(nil, nil, 0, &step) == WITAN_ERROR_HANDLE)
    #expect(Library.message == "the witan_stream is NULL")
    #expect(witan_stream_free(stream) == 0)
    #expect(witan_stream_push(stream, nil, 0, &step) == WITAN_ERROR_HANDLE)
    #expect(Library.message == "the witan_stream was freed, or never was one")
    #expect(witan_stream_free(stream) == WITAN_ERROR_HANDLE)
    #expect(witan_stream_free(nil) == 0)
    // Every bit pattern near a real handle, and a local address.
    let bits = UInt(bitPattern: library.model)
    for i in 0..<64 {
      let wrong = OpaquePointer(bitPattern: bits ^ (1 << i))
      #expect(witan_stream_create(wrong, nil, nil) == WITAN_ERROR_HANDLE)
    }
    withUnsafePointer(to: &step) {
      #expect(witan_model_free(OpaquePointer(UnsafeRawPointer($0))) == WITAN_ERROR_HANDLE)
    }
  }

  @Test func aHandleThatIsInUseIsBusy() throws {
    let library = try Library()
    let stream = library.stream()
    let number = UInt64(UInt(bitPattern: stream))
    var step = witan_step()
    #expect(witan_handle_enter_alone(number, 4) != nil)
    #expect(witan_stream_push(stream, nil, 0, &step) == WITAN_ERROR_BUSY)
    #expect(witan_stream_free(stream) == WITAN_ERROR_BUSY)
    witan_handle_leave_alone(number)
    #expect(witan_stream_push(stream, nil, 0, &step) == 0)
    let model = UInt64(UInt(bitPattern: library.model))
    #expect(witan_handle_enter_shared(model, 2) != nil)
    #expect(witan_handle_enter_shared(model, 2) != nil)
    #expect(witan_model_free(library.model) == WITAN_ERROR_BUSY)
    witan_handle_leave_shared(model)
    witan_handle_leave_shared(model)
    #expect(witan_stream_free(stream) == 0)
  }

  @Test func handlesAreNotReusedSoon() {
    var seen: Set<UInt64> = []
    let object = UnsafeMutableRawPointer(bitPattern: 64)
    for _ in 0..<20_000 {
      let handle = witan_handle_open(9, object)
      #expect(handle >> 60 == 9 && seen.insert(handle).inserted)
      var closed: UnsafeMutableRawPointer?
      #expect(witan_handle_close(handle, 9, &closed) == 0 && closed == object)
    }
  }

  @Test func lengthsThatCannotBeAreErrors() throws {
    let library = try Library()
    let stream = library.stream()
    var step = witan_step()
    let byte: [UInt8] = [65]
    for length in [-1, Int.min, Int.max, Int(WITAN_MAXIMUM_LENGTH) + 1] {
      #expect(witan_stream_push(stream, byte, length, &step) == WITAN_ERROR_ARGUMENT)
      #expect(witan_stream_push(stream, nil, length, &step) == WITAN_ERROR_ARGUMENT)
    }
    #expect(witan_stream_push(stream, nil, 1, &step) == WITAN_ERROR_ARGUMENT)
    #expect(witan_stream_push(stream, byte, 1, nil) == WITAN_ERROR_ARGUMENT)
    #expect(
      witan_stream_push(stream, UnsafePointer(bitPattern: UInt.max - 3), 100, &step) == WITAN_ERROR_ARGUMENT)
    #expect(witan_stream_free(stream) == 0)
  }

  @Test func statusesHaveNames() {
    let names = (-1...10).map { witan_status_name(Int32($0)).map { String(cString: $0) } ?? "" }
    #expect(
      names == [
        "unknown", "ok", "argument", "handle", "busy", "space", "limit", "io", "format", "unsupported",
        "value",
        "unknown",
      ])
    #expect(witan_abi_version() == WITAN_ABI_VERSION)
  }

  @Test func longMessagesAreCutAtACharacter() {
    let text = String(repeating: "ä", count: 700)
    witan_message_set(text, text.utf8.count)
    let cut = Library.message
    #expect(cut.utf8.count == 1022 && text.hasPrefix(cut))
  }
}
