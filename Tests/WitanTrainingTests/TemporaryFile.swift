import Foundation

/// Runs `body` with the path of a file that holds `bytes`, in a folder of its own that is removed after.
func withFile<R>(
  _ bytes: some Sequence<UInt8>, name: String = "data.txt", _ body: (String) throws -> R
) throws -> R {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("witan-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent(name)
  try Data(bytes).write(to: file)
  return try body(file.path)
}

func withFile<R>(
  _ text: String, name: String = "data.txt", _ body: (String) throws -> R
) throws -> R {
  try withFile(text.utf8, name: name, body)
}
