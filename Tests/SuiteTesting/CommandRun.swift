import Foundation

/// One run of a command of the system, ended after a minute at the latest.
package struct CommandRun: Sendable {
  package let status: Int32
  package let output: [UInt8]
  package let errors: String

  package init(_ arguments: String..., in folder: String = "/") throws {
    try self.init(arguments, in: folder)
  }

  package init(_ arguments: [String], in folder: String = "/") throws {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "60"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    self.output = try Array(output.fileHandleForReading.readToEnd() ?? Data())
    self.errors = try String(decoding: errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }

  package var text: String { String(decoding: output, as: UTF8.self) }
}
