import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
package import SharedKernel
package import SigningKit

/// The statements of a file, opened under the keys that the file itself names. Whatever can be read is read, so that one broken
/// signature does not hide what else is wrong.
struct LedgerReading: Sendable {
  struct ReadBlock: Sendable {
    let line: Int
    let block: Block
    /// SHA-256 of the payload.
    let digest: Digest
    let payload: [UInt8]
  }

  struct ReadReceipt: Sendable {
    let line: Int
    let receipt: Receipt
    let digest: Digest
  }

  struct ReadClockRecord: Sendable {
    let line: Int
    let record: ClockRecord
  }

  struct ReadSeal: Sendable {
    let line: Int
    let seal: LedgerSeal
  }

  let header: LedgerHeader
  /// In the order of the file, whatever their numbers.
  private(set) var blocks: [ReadBlock] = []
  private(set) var receipts: [ReadReceipt] = []
  private(set) var clockRecords: [ReadClockRecord] = []
  private let ring: KeyRing
  /// Up to when those keys spoke that do not any more, as it is known from elsewhere.
  private let retirements: [Digest: Timestamp]

  private(set) var seals: [ReadSeal] = []
  /// As block 0 has it, and what the auction is held under; nil where that cannot be read.
  private(set) var opening: Opening?
  private(set) var scheduling: Scheduling?
  var terms: AuctionTerms? { scheduling?.terms }

  /// Whether that key is ms-lance's, which keeps the books.
  func isOfTheBooks(_ key: Digest) -> Bool { ring.members[key]?.owner == HousePrincipal.msLance }

  init(_ file: LedgerFile, pinned: [PinnedKey]?, _ findings: inout Findings) {
    header = file.header
    ring = Self.ring(of: file, &findings)
    retirements = Self.retirements(pinned ?? [])
    checkKeys(of: file, pinned: pinned, &findings)
    for line in file.blocks {
      guard let statement = open(line, &findings), case .block(let block) = statement.fact else { continue }
      blocks.append(ReadBlock(line: line.number, block: block, digest: statement.digest, payload: line.value.payload))
      checkOperatorActs(block, line.number, &findings)
    }
    for line in file.receipts {
      guard let statement = open(line, &findings), case .refused(let receipt) = statement.fact else { continue }
      receipts.append(ReadReceipt(line: line.number, receipt: receipt, digest: statement.digest))
    }
    for line in file.clockRecords {
      guard let statement = open(line, &findings), case .clock(let record) = statement.fact else { continue }
      clockRecords.append(ReadClockRecord(line: line.number, record: record))
    }
    for line in file.seals {
      guard let statement = open(line, &findings), case .ledgerClosed(let seal) = statement.fact else { continue }
      seals.append(ReadSeal(line: line.number, seal: seal))
    }
    guard let first = blocks.first, case .opening(let evidence) = first.block.content else { return }
    opening = (try? Envelope(evidence)).flatMap { try? Opening($0) }
    scheduling = opening.flatMap { try? Envelope($0.scheduling) }.flatMap { try? Scheduling($0) }
  }

  // MARK: Keys

  private static func ring(of file: LedgerFile, _ findings: inout Findings) -> KeyRing {
    var keys: [(id: String, key: PublicKey)] = []
    var known: Set<[UInt8]> = []
    for line in file.keys {
      findings.count(.houseKeys)
      let (owner, number) = (line.value.owner, line.number)
      switch owner.role {
      case .service, .operator: break
      case .bidder, .house:
        findings.fault(.houseKeys, line: number, Sentence("\(owner) não fala pela casa", "\(owner) does not speak for the house"))
        continue
      }
      guard let key = try? PublicKey(spki: line.value.spki) else {
        findings.fault(.houseKeys, line: number, Sentence("uma chave que não serve", "a key that is not accepted"))
        continue
      }
      guard known.insert(key.spki).inserted else {
        findings.fault(.houseKeys, line: number, Sentence("uma chave que já está acima", "a key that stands above already"))
        continue
      }
      keys.append((owner.text, key))
    }
    let spelled = file.keys.map { $0.value.encoded() }
    if let place = spelled.indices.dropFirst().first(where: { !spelled[$0 - 1].lexicographicallyPrecedes(spelled[$0]) }) {
      findings.fault(
        .file, line: file.keys[place].number, Sentence("as chaves não estão em ordem", "the keys are not in order"))
    }
    return KeyRing(keys)
  }

  private func checkKeys(of file: LedgerFile, pinned: [PinnedKey]?, _ findings: inout Findings) {
    let used = Set(
      file.envelopes.flatMap { line -> [Digest] in
        (try? HouseStatement(trusted: line.value.evidence))?.houseKeys ?? [line.value.keyID]
      })
    for line in file.keys {
      guard let key = try? PublicKey(spki: line.value.spki), let id = Digest(key.id) else { continue }
      if !used.contains(id) {
        findings.fault(
          .houseKeys, line: line.number,
          Sentence("uma chave que não assinou nada deste livro", "a key that signed nothing in this ledger"))
      }
      guard let pinned else { continue }
      guard pinned.contains(where: { $0.key == key && ($0.owner ?? line.value.owner) == line.value.owner }) else {
        findings.fault(
          .houseKeys, line: line.number,
          Sentence(
            "a chave de \(line.value.owner) não é nenhuma das que foram dadas por da casa",
            "the key of \(line.value.owner) is none of those that were given as the house's"))
        continue
      }
    }
    guard pinned == nil else { return }
    findings.cannotProve(
      Sentence(
        "que as chaves são as da casa: só este arquivo responde por elas (--chave-da-casa)",
        "that the keys are the house's: only this file vouches for them (--house-key)"))
  }

  /// A key that is also given as standing stands.
  private static func retirements(_ pinned: [PinnedKey]) -> [Digest: Timestamp] {
    let keys = Dictionary(grouping: pinned) { Digest($0.key.id) }
    var retirements: [Digest: Timestamp] = [:]
    for case (let id?, let known) in keys {
      let instants = known.compactMap(\.retiredAt)
      if instants.count == known.count { retirements[id] = instants.max() }
    }
    return retirements
  }

  /// What a key signs later than its retirement, by the instant that the statement gives itself, is not the house's word.
  private func checkRetirement(of statement: HouseStatement, _ line: Int, _ findings: inout Findings) {
    if let retiredAt = retirements[statement.envelope.keyID], statement.saidAt > retiredAt {
      findings.fault(
        .houseKeys, line: line,
        Sentence(
          "dito em \(TimeText.rfc3339(statement.saidAt)) sob uma chave aposentada em \(TimeText.rfc3339(retiredAt))",
          "said at \(TimeText.rfc3339(statement.saidAt)) under a key that was retired at \(TimeText.rfc3339(retiredAt))"))
    }
    guard !retirements.isEmpty else { return }
    for held in statement.heldEvidence.compactMap({ try? HouseStatement(trusted: $0) }) {
      checkRetirement(of: held, line, &findings)
    }
  }

  // MARK: Statements

  private func open(_ line: LedgerFile.Line<Envelope>, _ findings: inout Findings) -> HouseStatement? {
    let evidence = line.value.evidence
    findings.count(.signatures)
    do throws(Rejection) {
      let statement = try HouseStatement(whole: evidence.bytes, ring: ring)
      findings.count(.signatures, Int64(statement.heldEvidence.count))
      checkRetirement(of: statement, line.number, &findings)
      return statement
    } catch {
      findings.fault(.signatures, line: line.number, error.sentence)
    }
    return try? HouseStatement(trusted: evidence)
  }

  /// What is not said by ms-leilao is an operator's own: under the key of one, and with a reason.
  private func checkOperatorActs(_ block: Block, _ line: Int, _ findings: inout Findings) {
    guard case .entries(let entries) = block.content else { return }
    for fact in entries.map(\.fact) where fact.isOperatorAct {
      findings.count(.operatorActs)
      guard let envelope = fact.houseEvidence.flatMap({ try? Envelope($0) }),
        let member = ring.check(envelope.keyID, envelope.signature, over: envelope.preAuthenticationEncoding),
        envelope.kind.speaker.admits(member.owner)
      else {
        findings.fault(
          .operatorActs, line: line,
          Sentence("um ato do operador sem a assinatura de quem o pode", "an act of the operator not signed by who may do it"))
        continue
      }
    }
  }
}

/// A key that somebody holds to be the house's, from elsewhere than the ledger.
package struct PinnedKey: Sendable {
  let key: PublicKey
  /// Whose; nil: anybody's of the house.
  let owner: PrincipalID?
  /// Up to when it spoke; nil: it still does.
  let retiredAt: Timestamp?
  package init(key: PublicKey, owner: PrincipalID?, retiredAt: Timestamp? = nil) {
    (self.key, self.owner, self.retiredAt) = (key, owner, retiredAt)
  }
}
