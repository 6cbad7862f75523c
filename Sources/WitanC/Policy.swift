// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_policy_create(
  _ json: UnsafePointer<CChar>?, _ length: Int, _ policy: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard let json = Arguments.string(json, length, limit: Arguments.maximumJSON) else {
    return Arguments.failJSON("json")
  }
  return open(policy) { () throws(WitanError) in PolicyHandle(PolicyDecider(try Policy(json: json))) }
}

@c @implementation
public func witan_policy_for(
  _ policy: OpaquePointer?, _ role: UnsafePointer<CChar>?, _ roleLength: Int, _ user: UnsafePointer<CChar>?,
  _ userLength: Int, _ applied: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  let (name, settings): (String?, String?)
  do throws(Refusal) {
    name = try Arguments.optionalString(role, roleLength, "the role")
    settings = try Arguments.optionalString(user, userLength, "user", limit: Arguments.maximumJSON)
  } catch { return error.status }
  return shared(policy, PolicyHandle.self) { handle in
    open(applied) { () throws(WitanError) in
      let policy = handle.decider.policy
      var context = PolicyContext(role: name)
      if let settings { context.user = try policy.userLayer(json: settings) }
      try policy.check(context)
      return PolicyHandle(PolicyDecider(policy, context))
    }
  }
}

@c @implementation
public func witan_policy_free(_ policy: OpaquePointer?) -> witan_status { free(policy, PolicyHandle.self) }
