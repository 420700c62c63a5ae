import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Synchronization

/// A scribe that spells a statement as Swift describes it, signs nothing, and keeps every block, so that a test can read
/// what was sealed.
final class ToyScribe: Sendable {
  private let blocks = Mutex<[Digest: Block]>([:])

  var scribe: Scribe {
    Scribe(
      block: { block in
        let spelled = ToyScribe.spell(block)
        self.blocks.withLock { $0[spelled.digest] = block }
        return spelled
      },
      receipt: ToyScribe.spell, extension: ToyScribe.spell, hash: Build.toyHash)
  }

  static let calendar = CalendarScribe(
    scheduling: seal, opening: seal, notice: seal, answer: seal, reserve: seal, passedOn: seal,
    commitment: { reserve, auction, nonce in Build.digest("\(reserve.amount) \(reserve.salt) \(auction) \(nonce)") })

  func block(_ digest: Digest) -> Block? { blocks.withLock { $0[digest] } }

  @Sendable static func spell<Statement: Sendable>(_ statement: Statement) -> Spelled {
    let digest = Build.digest("\(statement)")
    return Spelled(digest: digest, payload: digest.bytes)
  }

  @Sendable static func seal<Statement: Sendable>(_ statement: Statement) -> Sealed {
    let digest = Build.digest("\(statement)")
    return Sealed(digest: digest, evidence: Evidence(digest.bytes))
  }
}
