// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_context_create(_ context: UnsafeMutablePointer<OpaquePointer?>?) -> witan_status {
  open(context) { ContextHandle() }
}

@c @implementation
public func witan_context_add_embeddings(
  _ context: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ pathLength: Int
) -> witan_status {
  guard let path = Arguments.string(path, pathLength) else { return Arguments.failPath() }
  return shared(context, ContextHandle.self) { (context) throws(WitanError) in
    context.add(try StaticEmbeddings(path: path))
    return Status.ok
  }
}

@c @implementation
public func witan_context_free(_ context: OpaquePointer?) -> witan_status {
  free(context, ContextHandle.self)
}
