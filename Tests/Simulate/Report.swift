import ServiceKit
import SuiteTesting

/// The rare branches, and how often they were reached: what a simulation never reached it does not prove.
struct Report {
  let played: Int
  let counts: [Rare: (times: Int, seeds: Int)]

  func show() {
    tell(
      "\n" + said("RAMO RARO", "RARE BRANCH").padded(to: 46) + said("VEZES", "TIMES").padded(to: 12) + said("SEMENTES", "SEEDS"))
    for rare in Rare.allCases {
      let (times, seeds) = counts[rare] ?? (0, 0)
      let share = played == 0 ? 0 : 100 * seeds / played
      let missing = said("  NUNCA", "  NEVER")
      tell(
        "\(rare.title.padded(to: 46))\("\(times)".padded(to: 12))\("\(seeds)".padded(to: 8))\(share) %\(seeds == 0 ? missing : "")"
      )
    }
  }
}
