import ArgumentParser
import CEmbeddings
import Foundation
import Witan
import WitanSigning
import WitanTraining

struct Embeddings: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a shared table of word-piece vectors from a static model.",
    discussion: """
      Reads a folder as model2vec or sentence-transformers write static models (model.safetensors and
      tokenizer.json) and writes one file of int8 rows that any number of classifiers can share. With
      --dimensions the vectors are reduced by PCA.
      """)

  @Argument(help: ArgumentHelp("The folder of the static model.", valueName: "folder"))
  var folder: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the table goes.", valueName: "file"))
  var output: String
  @Option(name: .long, help: "What the table is called.")
  var name: String
  @Option(name: .long, help: "Components to keep; by default all columns.")
  var dimensions: Int?
  @Option(name: .long, help: "Power of the standard deviation that components are divided by, 0 to 1.")
  var whitening: Float = 0
  @Flag(name: .long, help: "Make all vectors of one length.")
  var unitRows = false
  @Flag(name: .long, help: "Weigh vectors by log(1 + id): rare words count more.")
  var rankWeights = false
  @Flag(name: .long, help: "Only tokens of ASCII characters keep a vector.")
  var ascii = false
  @Option(name: .long, help: "Licence of the vectors, kept in the file.")
  var licence: String?
  @Option(name: .long, help: "Where the vectors are from, kept in the file.")
  var source: String?

  func validate() throws {
    guard dimensions ?? 1 >= 1 else { throw ValidationError("--dimensions must be at least 1.") }
    guard 0...1 ~= whitening else { throw ValidationError("--whitening must be in 0...1.") }
  }

  func run() throws {
    let table = try EmbeddingTable(folder: folder)
    var preparation = EmbeddingTable.Preparation()
    preparation.dimensions = dimensions
    preparation.whitening = whitening
    preparation.normalizesRows = unitRows
    preparation.weighsByRank = rankWeights
    preparation.isASCII = ascii
    var metadata: [String: String] = ["witan.program": Version.text]
    metadata["witan.licence"] = licence
    metadata["witan.source"] = source
    let bytes = try table.encode(name: name, preparation, metadata: metadata)
    let made = try StaticEmbeddings(bytes: bytes)
    try writeFile(bytes, to: output)
    try Terminal.write(
      "\(output): \(bytes.count / 1000) kB, \(made.rowCount) of \(made.vocabulary.idCount) tokens have a "
        + "vector of \(made.dimensions)\n\(made.digest)\n")
    try Terminal.flush()
  }
}

/// Which table of word-piece vectors a command uses.
struct EmbeddingsFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Table of word-piece vectors: a file, or none. By default the one in this program.",
      valueName: "file"))
  var embeddings: String?

  /// The table to train with.
  func table() throws(WitanError) -> StaticEmbeddings? {
    switch embeddings {
    case "none": nil
    case let path?: try StaticEmbeddings(path: path)
    case nil: try Self.builtIn()
    }
  }

  /// The model at `path` with the table that it names; says so when it has to go without.
  func classifier(path: String) throws(WitanError) -> Classifier { try classifier(ModelSource(path: path)) }

  /// The model of `source` with the table that it names. The table of a signed model has to be signed with it,
  /// unless it is the one in this program.
  func classifier(_ source: ModelSource) throws(WitanError) -> Classifier {
    let alone = try source.classifier(nil)
    guard let needed = alone.spec.dense else { return alone }
    if embeddings == "none" { return alone }
    let table = try table(for: source)
    if embeddings == nil && table?.digest != needed.digest {
      Terminal.note(
        "the model was trained with the embeddings '\(needed.name)', which are not in this program; it "
          + "scores without them. Give them with --embeddings, or say --embeddings none.")
      return alone
    }
    return try source.classifier(table)
  }

  /// The table to use with the model of `source`.
  private func table(for source: ModelSource) throws(WitanError) -> StaticEmbeddings? {
    guard let bundle = source.bundle, let embeddings else { return try table() }
    return try bundle.embeddings(path: embeddings)
  }

  /// The model at `path`, of whichever kind, with the table that it names.
  func model(path: String) throws(WitanError) -> any TextModel { try model(ModelSource(path: path)) }

  /// The model of `source`, of whichever kind, with the table that it names.
  func model(_ source: ModelSource) throws(WitanError) -> any TextModel {
    let opened = try openModel(storage: source.storage, at: source.path)
    return opened is Classifier ? try classifier(source) : opened
  }

  private static func builtIn() throws(WitanError) -> StaticEmbeddings {
    try StaticEmbeddings(
      bytes: Array(UnsafeBufferPointer(start: witan_embeddings, count: witan_embeddings_count)))
  }
}
