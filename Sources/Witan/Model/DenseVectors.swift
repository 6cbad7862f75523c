internal import CKernels

/// The dense vectors of whole texts, as training takes them: exactly those that a stream would read.
package final class DenseVectors {
  private var bag: DenseBag
  private let scale: [Float]
  private let workspace = WordPieceTokenizer.Workspace()

  package init(_ embeddings: StaticEmbeddings) {
    bag = DenseBag(embeddings)
    scale = embeddings.scale
  }

  deinit { bag.sums.deallocate() }

  /// The unit vector of the word pieces of `text`; zeros when it has none. [dimensions]
  package func vector(of text: UnsafeBufferPointer<UInt8>) -> [Float] {
    bag.reset()
    bag.push(text, workspace)
    bag.finish(workspace)
    return [Float](unsafeUninitializedCapacity: scale.count) { out, count in
      witan_unit_vector(bag.sums, scale, scale.count, Head.unitLength, out.baseAddress!)
      for j in 0..<scale.count { out[j] /= Head.unitLength }
      count = scale.count
    }
  }
}
