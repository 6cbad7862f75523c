internal import Foundation
internal import Witan

/// A block of a PEM file (RFC 7468).
struct PEMBlock {
  /// What stands between BEGIN and the dashes.
  let label: String
  /// The content.
  let der: [UInt8]
  /// The last line of the text before the block, trimmed, without a leading `#`; empty when there is none.
  let title: String
  /// The line of BEGIN, from 1.
  let line: Int

  /// All blocks of `text`. Throws `format` with the line.
  static func all(in text: [UInt8], at path: String) throws(WitanError) -> [PEMBlock] {
    guard let text = String(validating: text, as: UTF8.self) else {
      throw WitanError(.format, "is not text", at: path)
    }
    var blocks: [PEMBlock] = []
    var title = ""
    var open: (label: String, line: Int, body: String)?
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (i, raw) in lines.enumerated() {
      let line = raw.trimmingCharacters(in: .whitespaces)
      if let label = boundary(line, "BEGIN") {
        guard open == nil else {
          throw WitanError(.format, "a block begins inside another", at: "\(path):\(i + 1)")
        }
        open = (label, i + 1, "")
      } else if let label = boundary(line, "END") {
        guard let block = open, block.label == label else {
          throw WitanError(.format, "'\(line)' ends no block", at: "\(path):\(i + 1)")
        }
        // Data takes several spellings for the same bytes; only the canonical one is meant.
        guard let der = Data(base64Encoded: block.body), der.base64EncodedString() == block.body else {
          guard !block.body.contains(":") else {
            throw WitanError(
              .unsupported,
              "the key is encrypted; write it in plain with 'openssl pkcs8 -in KEY -nocrypt "
                + "-topk8 -out PLAIN'", at: "\(path):\(block.line)")
          }
          throw WitanError(.format, "the block is no base64", at: "\(path):\(block.line)")
        }
        blocks.append(PEMBlock(label: label, der: Array(der), title: title, line: block.line))
        (open, title) = (nil, "")
      } else if open != nil {
        open!.body += line
      } else if !line.isEmpty {
        title = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces)
      }
    }
    guard open == nil else {
      throw WitanError(.format, "the block is not closed", at: "\(path):\(open!.line)")
    }
    return blocks
  }

  private static func boundary(_ line: String, _ word: String) -> String? {
    guard line.hasPrefix("-----\(word) "), line.hasSuffix("-----"), line.count > word.count + 11 else {
      return nil
    }
    return String(line.dropFirst(word.count + 6).dropLast(5))
  }

  /// Which kind of key this is, when it is not one of P-256: looked up by the identifier of its algorithm.
  var foreignAlgorithm: String? {
    let identifiers: [(String, [UInt8])] = [
      ("P-384", [0x2B, 0x81, 0x04, 0x00, 0x22]), ("P-521", [0x2B, 0x81, 0x04, 0x00, 0x23]),
      ("secp256k1", [0x2B, 0x81, 0x04, 0x00, 0x0A]), ("Ed25519", [0x2B, 0x65, 0x70]),
      ("RSA", [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]),
    ]
    return identifiers.first { _, oid in
      let coded = [0x06, UInt8(oid.count)] + oid
      return der.indices.dropLast(coded.count - 1).contains { der[$0...].starts(with: coded) }
    }?.0
  }
}
