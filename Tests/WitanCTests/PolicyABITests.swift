internal import CWitan
internal import Testing
internal import Witan

@Suite struct PolicyABITests {
  static let json = """
    {"witan_policy": 1, "id": "house", "title": "House", "version": "1.0.0",
     "owner": {"who": "a", "adopted": "b", "contact": "c"},
     "members": [{"name": "grown-ups", "constitution": "baseline"},
                 {"name": "debaters", "constitution": "open-inquiry"}],
     "missing": "ask",
     "floor": {"members": "grown-ups",
               "rules": [{"name": "fraud", "when": "grown-ups/fraud", "then": "hold"}]},
     "layers": [{"name": "house", "members": "grown-ups", "objects": "terminate"}],
     "roles": [{"name": "moderator", "relax": {"house": "emit"}}, {"name": "guest", "layers": []}],
     "user": {"may_relax": {"house": "annotate"}}}
    """

  private func policy(_ json: String) -> (status: witan_status, policy: OpaquePointer?) {
    var policy: OpaquePointer?
    return (witan_policy_create(json, json.utf8.count, &policy), policy)
  }

  @Test func decisionsAreThoseOfThePolicy() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    let made = policy(Self.json)
    #expect(made.status == 0, "\(Library.message)")
    #expect(witan_panel_check(panel.panel, made.policy) == 0, "\(Library.message)")
    let own = try Policy(json: Self.json)
    let user = #"{"relax": {"house": "annotate"}, "tighten": {"floor": "ask"}}"#
    let (stream, text) = (panel.stream(), Array(Library.harmful.utf8))
    var actions: Set<witan_action> = []
    for role in [nil, "moderator", "guest"] {
      for settings in [nil, user] {
        var applied: OpaquePointer?
        let status = witan_policy_for(
          made.policy, role, role?.utf8.count ?? 0, settings, settings?.utf8.count ?? 0, &applied)
        #expect(status == 0, "\(Library.message)")
        let context = PolicyContext(role: role, user: try settings.map { try own.userLayer(json: $0) })
        for bytes in [text, Array(Library.harmless.utf8)] {
          #expect(witan_panel_stream_reset(stream) == 0)
          #expect(witan_panel_stream_push(stream, bytes, bytes.count) == 0)
          let swift = panel.own.makeStream()
          swift.push(bytes)
          let opinions = swift.opinions
          let expected = PanelVerdict(opinions: opinions, decision: own.decide(opinions, context))
          let (verdict, json) = panel.verdict(stream, applied)
          #expect(json == expected.json.text())
          let names: [GuardAction] = [.emit, .annotate, .hold, .ask, .terminate]
          #expect(names[Int(verdict.action)] == expected.decision?.action)
          actions.insert(verdict.action)
        }
        #expect(witan_policy_free(applied) == 0)
      }
    }
    // As the policy is, relaxed to the floor, tightened by the user, and nothing to do.
    #expect(actions == [4, 3, 2, 0])
    #expect(witan_policy_free(made.policy) == 0)
    #expect(witan_panel_stream_free(stream) == 0)
  }

  @Test func faultsAreNamed() throws {
    #expect(policy("{").status == WITAN_ERROR_FORMAT)
    #expect(policy("{}").status == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("witan_policy"))
    #expect(policy(Self.json.replacing("\"then\": \"hold\"", with: "\"then\": \"hol\"")).policy == nil)
    #expect(Library.message.contains("floor.rules[1].then") && Library.message.contains("'hold'"))
    #expect(witan_policy_create(nil, 0, nil) == WITAN_ERROR_ARGUMENT)
    #expect(witan_policy_create(Self.json, 2 << 20, nil) == WITAN_ERROR_ARGUMENT)
    let made = policy(Self.json)
    var applied: OpaquePointer?
    func applying(_ role: String?, _ user: String?) -> witan_status {
      witan_policy_for(made.policy, role, role?.utf8.count ?? 0, user, user?.utf8.count ?? 0, &applied)
    }
    #expect(applying("moderatr", nil) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("did you mean 'moderator'?"))
    #expect(applying(nil, #"{"relax": {"house": "emit"}}"#) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("relax.house"))
    #expect(applying("mo\0", nil) == WITAN_ERROR_ARGUMENT)
    #expect(witan_policy_for(made.policy, nil, 4, nil, 0, &applied) == WITAN_ERROR_ARGUMENT)
    #expect(witan_policy_for(made.policy, nil, 0, nil, 4, &applied) == WITAN_ERROR_ARGUMENT)
    #expect(applied == nil)
    #expect(witan_policy_free(made.policy) == 0)
    #expect(applying(nil, nil) == WITAN_ERROR_HANDLE)
  }

  @Test func aPanelThatDoesNotFitIsRefused() throws {
    let panel = try PanelLibrary()
    defer { panel.free() }
    func check(_ json: String) -> witan_status {
      let made = policy(json)
      #expect(made.status == 0, "\(Library.message)")
      defer { #expect(witan_policy_free(made.policy) == 0) }
      return witan_panel_check(panel.panel, made.policy)
    }
    #expect(check(Self.json.replacing("debaters", with: "talkers")) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("members.talkers: is no member of the panel"))
    #expect(check(Self.json.replacing("open-inquiry", with: "harm-reduction")) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("the policy wants 'harm-reduction'"))
    #expect(check(Self.json.replacing("grown-ups/fraud", with: "grown-ups/froud")) == WITAN_ERROR_VALUE)
    #expect(Library.message.contains("did you mean 'fraud'?"))
    #expect(check(Self.json) == 0)
  }
}
