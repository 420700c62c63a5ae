// LedgerProof: an auction's ledger as a file, and what follows from it alone: whether every signature, number, stamp and decision in
// it is what the rules give. It asks nobody, opens no connection and reads no clock; docs/ledger.md says the same for people.

import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import ServiceKit
import SharedKernel
import SigningKit

/// The lines of a ledger's file, each with its number (from 1); nothing about them has been checked but their spelling and order.
package struct LedgerFile: Sendable {
  package struct Line<Value: Sendable>: Sendable {
    package let number: Int
    package let value: Value
  }

  package let header: LedgerHeader
  package let keys: [Line<LedgerKey>]
  package let blocks: [Line<Envelope>]
  package let receipts: [Line<Envelope>]
  package let clockRecords: [Line<Envelope>]
  /// What the house signed of it all: one, once the auction is over.
  package let seals: [Line<Envelope>]

  /// Larger files are not read: some millions of bids.
  package static let maximumBytes = 1 << 30

  init(
    _ header: LedgerHeader, keys: [Line<LedgerKey>], blocks: [Line<Envelope>], receipts: [Line<Envelope>],
    clockRecords: [Line<Envelope>], seals: [Line<Envelope>]
  ) {
    (self.header, self.keys, self.blocks) = (header, keys, blocks)
    (self.receipts, self.clockRecords, self.seals) = (receipts, clockRecords, seals)
  }

  /// What is signed in it, in its order.
  var envelopes: [Line<Envelope>] { blocks + receipts + clockRecords + seals }
}

// MARK: - Making

/// What a house has told of one auction, to be written down. Only what does not change any more once the auction is over goes into it,
/// so that the same auction always gives the same bytes.
package struct LedgerCopy: Sendable {
  private let blocks: [HouseStatement]
  private let receipts: [HouseStatement]
  private let clockRecords: [HouseStatement]
  private let seal: HouseStatement?
  private let header: LedgerHeader
  private let keys: [LedgerKey]

  /// - Parameters:
  ///   - statements: the blocks from the first to the last, then receipts, records of the clock, and the seal, as a house tells them.
  ///   - ring: has the keys under which they were signed.
  /// - Returns: nil without a block, or where a key is not known.
  package init?(_ statements: [HouseStatement], keys ring: KeyRing) {
    let blocks = statements.filter { if case .block = $0.fact { true } else { false } }
    guard let last = blocks.last, case .block(let head) = last.fact else { return nil }
    var result: AuctionResult?
    if case .closing(let said, _) = head.content { result = said }
    let receipts = statements.filter { statement in
      guard case .refused(let receipt) = statement.fact, let number = receipt.number else { return false }
      return result.map { number <= $0.refusedBids } ?? true
    }
    let clockRecords = statements.filter { $0.envelope.kind == .clockSynchronized }
    let seal = statements.first { $0.envelope.kind == .ledgerClosed }
    var lost: Int64 = 0
    if case .ledgerClosed(let said)? = seal?.fact {
      lost = said.lostReceipts
    } else if case .refused(let receipt)? = receipts.first?.fact {
      lost = (receipt.number ?? 1) - 1
    } else {
      lost = result?.refusedBids ?? 0
    }
    var keys: Set<LedgerKey> = []
    let said = blocks + receipts + clockRecords + [seal].compactMap { $0 }
    for statement in said {
      for id in statement.houseKeys {
        guard let member = ring.members[id] else { return nil }
        keys.insert(LedgerKey(owner: member.owner, spki: member.key.spki))
      }
    }
    (self.blocks, self.receipts, self.clockRecords, self.seal) = (blocks, receipts, clockRecords, seal)
    self.keys = keys.sorted { $0.encoded().lexicographicallyPrecedes($1.encoded()) }
    header = LedgerHeader(
      auction: head.auction, edition: head.edition, isOver: result != nil,
      head: Seen(block: head.number, digest: last.digest), keys: Int64(keys.count), blocks: Int64(blocks.count),
      receipts: Int64(receipts.count), lostReceipts: lost, clockRecords: Int64(clockRecords.count))
  }

  package var isOver: Bool { header.isOver }

  /// The whole file's lines, without their ends.
  package var lines: [[UInt8]] {
    [header.encoded()] + keys.map { $0.encoded() }
      + (blocks + receipts + clockRecords + [seal].compactMap { $0 }).map { $0.envelope.evidence.bytes }
  }

  package func encoded() -> [UInt8] { lines.flatMap { $0 + [LedgerFile.lineEnd] } }
}

extension HouseStatement {
  /// The keys of the house under which it, and what it holds, was signed.
  var houseKeys: [Digest] { [envelope.keyID] + heldEvidence.flatMap { (try? HouseStatement(trusted: $0))?.houseKeys ?? [] } }

  /// What it holds that the house or an operator signed by itself.
  var heldEvidence: [Evidence] {
    switch fact {
    case .opened(let opening): return [opening.scheduling]
    case .block(let block):
      switch block.content {
      case .opening(let evidence): return [evidence]
      case .closing(_, let evidence): return [evidence].compactMap { $0 }
      case .entries(let entries): return entries.compactMap(\.fact.houseEvidence)
      }
    case .scheduled, .reserve, .notice, .extended, .refused, .answered, .clock, .ledgerClosed, .voiding, .passedOn: return []
    }
  }
}

// MARK: - Reading

extension LedgerFile {
  static let lineEnd = UInt8(ascii: "\n")

  /// What stands where in the file.
  private enum Part: Int, Comparable {
    case keys, blocks, receipts, clockRecords, seals
    static func < (a: Part, b: Part) -> Bool { a.rawValue < b.rawValue }

    init?(_ kind: Kind) {
      switch kind {
      case .bidsAccepted, .awarded: self = .blocks
      case .bidRefused: self = .receipts
      case .clockSynchronized: self = .clockRecords
      case .ledgerClosed: self = .seals
      default: return nil
      }
    }
  }

  /// So many keys of the house one ledger has at most, and so many of its lines are told of that cannot be read: then it is given up.
  package static let mostKeys = 1_000
  package static let mostUnreadable = 100

  /// Reads a file strictly: what does not belong there is a fault, and is left out. Nil where not even its first line can be read.
  init?(parsing bytes: [UInt8], _ findings: inout Findings) {
    guard !bytes.isEmpty else {
      findings.fault(.file, line: 1, Sentence("o arquivo está vazio", "the file is empty"))
      return nil
    }
    var lines = LineReader(bytes)
    guard let first = lines.next(),
      let header = findings.read(1, { () throws(WireError) in try LedgerHeader(parsing: Array(first)) })
    else { return nil }
    findings.count(.file)
    var keys: [Line<LedgerKey>] = []
    var envelopes: [Part: [Line<Envelope>]] = [:]
    var (reached, unreadable) = (Part.keys, 0)
    while let line = lines.next() {
      let (number, bytes) = (lines.number, Array(line))
      guard unreadable < Self.mostUnreadable, keys.count <= Self.mostKeys else {
        findings.fault(
          .file, line: number,
          Sentence("isto não é um livro: o resto não foi lido", "this is no ledger: the rest was not read"))
        break
      }
      findings.count(.file)
      let part: Part
      if LedgerKey.isMeant(by: bytes) {
        guard let key = findings.read(number, { () throws(WireError) in try LedgerKey(parsing: bytes) }) else {
          unreadable += 1
          continue
        }
        keys.append(Line(number: number, value: key))
        part = .keys
      } else {
        guard let envelope = findings.read(number, { () throws(WireError) in try Envelope(canonicalLine: bytes) }) else {
          unreadable += 1
          continue
        }
        guard let found = Part(envelope.kind) else {
          unreadable += 1
          findings.fault(
            .file, line: number,
            Sentence("\(envelope.kind.rawValue) não é de um livro", "\(envelope.kind.rawValue) is not of a ledger"))
          continue
        }
        part = found
        envelopes[part, default: []].append(Line(number: number, value: envelope))
      }
      if part < reached { findings.fault(.file, line: number, Sentence("uma linha fora do lugar", "a line out of its place")) }
      reached = max(reached, part)
    }
    if !lines.isWhole {
      findings.fault(
        .file, line: lines.number, Sentence("o arquivo acaba no meio de uma linha", "the file ends within a line"))
    }
    self.init(
      header, keys: keys, blocks: envelopes[.blocks] ?? [], receipts: envelopes[.receipts] ?? [],
      clockRecords: envelopes[.clockRecords] ?? [], seals: envelopes[.seals] ?? [])
    checkCounts(lines: lines.number, &findings)
  }

  /// The lines of a file, one after the other: a file of nothing but line feeds has as many as bytes.
  private struct LineReader {
    private var rest: ArraySlice<UInt8>
    /// Of the line that was read last, from 1.
    private(set) var number = 0
    /// Whether it had its end.
    private(set) var isWhole = true

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() -> ArraySlice<UInt8>? {
      guard !rest.isEmpty else { return nil }
      number += 1
      guard let end = rest.firstIndex(of: LedgerFile.lineEnd) else {
        isWhole = false
        defer { rest = [] }
        return rest
      }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
  }

  private func checkCounts(lines: Int, _ findings: inout Findings) {
    let counts: [(Sentence, said: Int64, found: Int)] = [
      (Sentence("chaves da casa", "keys of the house"), header.keys, keys.count),
      (Sentence("blocos", "blocks"), header.blocks, blocks.count),
      (Sentence("recibos", "receipts"), header.receipts, receipts.count),
      (Sentence("registros do relógio", "records of the clock"), header.clockRecords, clockRecords.count),
    ]
    for (what, said, found) in counts where said != Int64(found) {
      findings.fault(
        .file, line: lines,
        what.within(
          { "a primeira linha diz \(said) \($0), e há \(found)" }, { "the first line says \(said) \($0), and there are \(found)" }
        ))
    }
    if seals.count != (header.isOver ? 1 : 0) {
      findings.fault(
        .file, line: lines,
        header.isOver
          ? Sentence("falta o fecho do livro, ou há mais de um", "the ledger's seal is missing, or there is more than one")
          : Sentence("o fecho de um livro que ainda não acabou", "the seal of a ledger that is not over"))
    }
  }
}

extension Findings {
  /// What a line says; a fault where it cannot be read.
  fileprivate mutating func read<Value>(_ line: Int, _ read: () throws(WireError) -> Value) -> Value? {
    do throws(WireError) {
      return try read()
    } catch {
      fault(.file, line: line, Sentence("não é uma linha de um livro: \(error)", "not a line of a ledger: \(error)"))
      return nil
    }
  }
}
