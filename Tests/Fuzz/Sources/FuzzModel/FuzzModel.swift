import Witan

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argc: UnsafeMutablePointer<CInt>,
  _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

@main
struct FuzzModel {
  static func main() {
    var argc = CommandLine.argc
    var argv = CommandLine.unsafeArgv
    _ = runDriver(&argc, &argv, fuzzOneInput)
  }

  /// One input is a model file, a fastText model or a table of embeddings; its bytes are also the text to
  /// score and a saved stream. Whatever they are, the answer is a model, a table or an error.
  static func one(_ bytes: [UInt8]) {
    _ = try? StaticEmbeddings(bytes: bytes)
    if let model = try? FastTextModel(bytes: bytes) { _ = model.predict(bytes, k: 3) }
    guard let classifier = try? Classifier(bytes: bytes) else { return }
    let stream = classifier.makeStream()
    stream.push(bytes)
    stream.finish()
    _ = stream.read()
    try? stream.resume(Array(bytes.suffix(200)))
    stream.push(bytes)
    _ = stream.scores
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  FuzzModel.one(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}
