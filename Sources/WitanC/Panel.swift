// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

@c @implementation
public func witan_panel_create(
  _ members: UnsafePointer<witan_panel_member>?, _ count: Int, _ panel: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  guard let members else { return failNull("members") }
  guard 1...Panel.maximumMembers ~= count else {
    return fail(Status.argument, "count is not in 1...\(Panel.maximumMembers)")
  }
  var list: [PanelMember] = []
  for i in 0..<count {
    let (name, digest, signer): (String?, String?, String?)
    let member = members[i]
    do throws(Refusal) {
      name = try Arguments.optionalString(member.name, member.name_length, "members[\(i)].name")
      digest = try Arguments.optionalString(
        member.model_digest, member.model_digest_length, "members[\(i)].model_digest")
      signer = try Arguments.optionalString(member.signer, member.signer_length, "members[\(i)].signer")
    } catch { return error.status }
    let status = shared(member.model, ModelHandle.self) { model in
      list.append(PanelMember(model.classifier, name: name, modelDigest: digest, signer: signer))
      return Status.ok
    }
    guard status == Status.ok else { return status }
  }
  return open(panel) { () throws(WitanError) in PanelHandle(try Panel(list)) }
}

@c @implementation
public func witan_panel_describe(
  _ panel: OpaquePointer?, _ info: UnsafeMutablePointer<witan_panel_info>?
) -> witan_status {
  guard let info else { return failNull("info") }
  let check = Arguments.checkStruct(
    info.pointee.struct_size, minimum: MemoryLayout<witan_panel_info>.size, "witan_panel_info")
  guard check == Status.ok else { return check }
  return shared(panel, PanelHandle.self) { handle in
    info.pointee.member_count = UInt32(handle.panel.members.count)
    info.pointee.output_count = UInt32(handle.panel.outputCount)
    info.pointee.reserved = 0
    info.pointee.bytes = UInt64(handle.panel.byteCount)
    return Status.ok
  }
}

@c @implementation
public func witan_panel_describe_member(
  _ panel: OpaquePointer?, _ index: UInt32, _ info: UnsafeMutablePointer<witan_panel_member_info>?
) -> witan_status {
  guard let info else { return failNull("info") }
  let check = Arguments.checkStruct(
    info.pointee.struct_size, minimum: MemoryLayout<witan_panel_member_info>.size, "witan_panel_member_info")
  guard check == Status.ok else { return check }
  return shared(panel, PanelHandle.self) { handle in
    let members = handle.panel.members
    guard index < members.count else {
      return fail(Status.argument, "there is no member \(index); the panel has \(members.count)")
    }
    let outputs = handle.panel.outputs(of: Int(index))
    info.pointee.first_output = UInt32(outputs.lowerBound)
    info.pointee.output_count = UInt32(outputs.count)
    let hasAny = members[Int(index)].classifier.spec.hasAny
    info.pointee.any_output = hasAny ? Int32(outputs.upperBound - 1) : -1
    info.pointee.name = handle.names[Int(index)]
    return Status.ok
  }
}

@c @implementation
public func witan_panel_check(_ panel: OpaquePointer?, _ policy: OpaquePointer?) -> witan_status {
  shared(panel, PanelHandle.self) { handle in
    shared(policy, PolicyHandle.self) { (policy) throws(WitanError) in
      try policy.decider.policy.check(handle.panel, policy.decider.context)
      return Status.ok
    }
  }
}

@c @implementation
public func witan_panel_free(_ panel: OpaquePointer?) -> witan_status { free(panel, PanelHandle.self) }
