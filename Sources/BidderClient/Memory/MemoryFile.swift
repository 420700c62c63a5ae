// BidderClient/Memory: what the terminal knows beyond one run, on the bidder's disk.

import AuctionSigning
import AuctionWire
import Glibc
import NTPKit
import ServiceKit
import SharedKernel
import Synchronization

/// A bidder's choices at one house, in a file that he may read and change: JSON, replaced whole. Members that it does not know stay.
package final class MemoryFile: Sendable {
  /// More a file of choices does not have.
  package static let maximumBytes = 256 << 10

  package let path: String
  /// What this program has read or written last.
  private let known = Mutex(Memory())

  package init(path: String) { self.path = path }

  convenience init(beside receipts: ReceiptFolder) { self.init(path: "\(receipts.path)/terminal.json") }

  /// What was chosen; what is chosen at first where there is no file.
  /// - Returns: also what is to be said where there is one that is of no use: it is set aside, so that nothing of it is lost.
  package func load() -> (memory: Memory, problem: String?) {
    do {
      let memory = try read()?.memory ?? Memory()
      known.withLock { $0 = memory }
      return (memory, nil)
    } catch {
      return (Memory(), setAside(error))
    }
  }

  /// Nil, or why it could not be written. Only what has changed here: another terminal may have written meanwhile.
  package func save(_ memory: Memory) -> String? {
    known.withLock { known in
      do {
        let onDisk = try read() ?? Read(memory: Memory(), others: [])
        let wanted = onDisk.memory.changed(from: known, to: memory)
        ReceiptFolder.makeFolders(folder)
        try WholeFile.write(Array(MemoryText.text(wanted, onDisk.others).utf8), to: path)
        known = memory
        return nil
      } catch let error as WholeFile.Failure {
        return said(error.reason)
      } catch {
        return "\(error)"
      }
    }
  }

  private var folder: String { path.split(separator: "/").dropLast().map { "/" + $0 }.joined() }

  private struct Read {
    var memory: Memory
    /// Members that are another version's.
    var others: [JSONDocument.Member]
  }

  private func read() throws(Failure) -> Read? {
    guard access(path, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR else { return nil }
    let bytes: [UInt8]
    do {
      bytes = try LocalFile.contents(of: path, atMost: Self.maximumBytes)
    } catch {
      throw error as? Failure ?? Failure(.usage, "\(error)")
    }
    do {
      let document = try JSONDocument.read(bytes)
      let (memory, others) = try MemoryText.memory(in: document)
      return Read(memory: memory, others: others)
    } catch let problem as JSONDocument.Problem {
      throw Failure(.usage, "\(path):\(problem.line): \(problem.sentence)")
    } catch let strange as MemoryText.Strange {
      throw Failure(.usage, "\(path):\(strange.line): \(strange.sentence)")
    } catch {
      throw Failure(.usage, "\(path): \(error)")
    }
  }

  private func setAside(_ problem: Failure) -> String {
    for number in 1...99 {
      let other = "\(path).quebrado" + (number == 1 ? "" : ".\(number)")
      guard access(other, F_OK) != 0 else { continue }
      guard rename(path, other) == 0 else { break }
      return problem.sentence + said("; posto de lado: \(other)", "; set aside: \(other)")
    }
    let reason = systemReason()
    return problem.sentence + said("; não pude pô-lo de lado: \(reason)", "; it could not be set aside: \(reason)")
  }
}
