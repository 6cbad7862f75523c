import Testing
import Witan
import WitanTraining

struct RaterReadingTests {
  @Test("a list of ratings and one rating a line are the same; lines of one text are joined")
  func forms() throws {
    let lists = """
      {"text": "x", "ratings": [{"rater": 1, "group": "a", "label": 1}, {"rater": "2", "gender": "Woman", "label": false}]}
      {"text": "y", "prompt": "q", "ratings": [{"label": 0.25, "age": null}]}
      """
    let rows = """
      {"text": "x", "label": true, "rater": "1", "group": "a", "id": 7}

      {"text": "y", "prompt": "q", "label": 0.25}
      {"text": "x", "label": 0, "rater": 2, "gender": "Woman"}
      """
    let wanted = [
      RatedText(
        text: "x",
        ratings: [
          Rating(degree: 1, fields: ["rater": "1", "group": "a"]),
          Rating(degree: 0, fields: ["rater": "2", "gender": "Woman"]),
        ]),
      RatedText(text: "y", prompt: "q", ratings: [Rating(degree: 0.25, fields: [:])]),
    ]
    for text in [lists, rows] {
      let read = try withFile(text, name: "r.jsonl") { try RatedText.read(path: $0) }
      #expect(read == wanted)
    }
    #expect(wanted[0].mean == 0.5 && wanted[0].disagreement == 0.5 && wanted[0].ratings[0].rater == "1")
    #expect(wanted[1].disagreement == 0)
  }

  @Test(
    "damage is an error that names line and field",
    arguments: [
      (#"{"ratings": []}"#, "no field \"text\""),
      (#"{"text": "x"}"#, "there are no \"ratings\", and no \"label\""),
      (#"{"text": "x", "ratings": []}"#, "\"ratings\" is not a list of one rating"),
      (#"{"text": "x", "ratings": [3]}"#, "\"ratings[0]\" is not an object"),
      (
        #"{"text": "x", "ratings": [{"label": 1}, {"rater": "a"}]}"#,
        "\"ratings[1].label\" is not a number in 0...1"
      ),
      (#"{"text": "x", "label": 2, "rater": "a"}"#, "\"label\" is not a number in 0...1"),
      (#"{"text": "x", "label": "toxic"}"#, "\"label\" is not a number in 0...1"),
      (#"{"text": "x", "label": 1, "group": ["a"]}"#, "\"group\" is not a string or number"),
      (#"{"text": "x", "label": 1, "group": ""}"#, "\"group\" is empty"),
      (#"{"text": "x", "label": 1, "prompt": 3}"#, "\"prompt\" is not a string"),
      (#"{"text": "x", "label": 1"#, ""),
    ])
  func faults(_ line: String, _ message: String) throws {
    try withFile("{\"text\": \"ok\", \"label\": 1}\n" + line, name: "r.jsonl") { path in
      let error = try #require(#expect(throws: WitanError.self) { try RatedText.read(path: path) })
      #expect(error.code == .data && error.place.hasSuffix("r.jsonl:2"), "\(error)")
      #expect(error.message.contains(message), "\(error)")
    }
    try withFile("\n\n", name: "r.jsonl") { path in
      let error = try #require(#expect(throws: WitanError.self) { try RatedText.read(path: path) })
      #expect(error.message == "has no rated texts")
    }
  }
}
