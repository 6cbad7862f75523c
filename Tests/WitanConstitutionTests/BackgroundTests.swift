import Testing
import Witan
import WitanConstitution

/// The benign texts that are in the program.
struct BackgroundTests {
  private let texts = Background.shipped.texts

  @Test("there are 1,500 texts and more, on 60 topics and more, of all four kinds")
  func size() {
    #expect(texts.count >= 1500)
    #expect(Background.shipped.topics >= 60)
    #expect(Set(texts.map(\.topic)).count == Background.shipped.topics)
    for kind in Background.Kind.allCases {
      #expect(texts.count { $0.kind == kind } >= 100, "\(kind)")
    }
  }

  @Test("every topic has five texts and more")
  func topics() {
    for (topic, members) in Dictionary(grouping: texts, by: \.topic) {
      #expect(members.count >= 5, "\(topic)")
    }
  }

  @Test("no text is blank, has space around it, a tab in it, or a placeholder")
  func wellFormed() {
    for text in texts {
      #expect(text.text.contains { $0.isLetter || $0.isNumber || $0 == "=" }, "\(text.source)")
      #expect(text.text.first?.isWhitespace == false, "\(text.source)")
      #expect(text.text.last?.isWhitespace == false, "\(text.source)")
      #expect(!text.text.contains("\t"), "\(text.source)")
      for placeholder in ["{text}", "{lower}", "{persona}", "{background}"] {
        #expect(!text.text.contains(placeholder), "\(text.source)")
      }
    }
  }

  @Test("every text has a source of its own that names file and line")
  func sources() {
    #expect(Set(texts.map(\.source)).count == texts.count)
    #expect(texts.allSatisfy { $0.source.contains(/^background\/[a-z-]+:[0-9]+$/) })
  }
}
