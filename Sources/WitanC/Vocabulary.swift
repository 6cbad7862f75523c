// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_vocabulary_open(
  _ path: UnsafePointer<CChar>?, _ pathLength: Int, _ vocabulary: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard let path = Arguments.string(path, pathLength) else { return Arguments.failPath() }
  return open(vocabulary) { () throws(WitanError) in try VocabularyHandle(path: path) }
}

@c @implementation
public func witan_vocabulary_bytes(
  _ vocabulary: OpaquePointer?, _ token: Int64, _ bytes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int>?
) -> witan_status {
  guard let bytes, let length else { return failNull("the place for the bytes") }
  return shared(vocabulary, VocabularyHandle.self) { vocabulary in
    guard let token = vocabulary.tokens.bytes(of: Int(token)) else {
      return failToken(token)
    }
    (bytes.pointee, length.pointee) = (token.baseAddress, token.count)
    return Status.ok
  }
}

@c @implementation
public func witan_vocabulary_free(_ vocabulary: OpaquePointer?) -> witan_status {
  free(vocabulary, VocabularyHandle.self)
}

func failToken(_ token: Int64) -> witan_status {
  fail(Status.value, "no token of the vocabulary has the id \(token); is it the model's own?")
}
