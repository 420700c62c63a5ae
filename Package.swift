// swift-tools-version: 6.2
import PackageDescription

// Layers and what each may import: Sources/README.md, held by ArchitectureTests.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let ordered = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

func cLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}
func program(_ name: String, runs library: String) -> Target {
  .executableTarget(
    name: name, dependencies: [.init(stringLiteral: library), "ServiceKit"], swiftSettings: strict)
}
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ["SuiteTesting"] + dependencies, exclude: exclude, swiftSettings: strict)
}

let kernel: [Target.Dependency] = ["SharedKernel"]
let domain: [Target.Dependency] = kernel + ["AuctionFacts", "AuctionCore", "AuctionWire"]
let shell: [Target.Dependency] = ["ServiceKit", "AuctionSigning"]
let kits: [Target.Dependency] = ["MessagingKit", "SigningKit", "NTPKit", "JournalKit"]

let package = Package(
  name: "leilao",
  platforms: [.macOS(.v15)],
  products: ["ms-leilao", "ms-lance", "ms-notificacao", "cliente-tui"].map { .executable(name: $0, targets: [$0]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // Layer 0: the C libraries, as they are.
    cLibrary("CAMQP", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
    cLibrary("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
    cLibrary("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
    cLibrary("CNCurses", apt: "libncurses-dev"),
    .target(name: "CTerminal"),

    // Layer 1: the words of the house.
    module("SharedKernel"),
    module("AuctionFacts", kernel),
    // In debug builds, and where `-Xswiftc -DFAILPOINTS` asks for them (scripts/torture).
    .target(name: "Failpoints", swiftSettings: strict + [.define("FAILPOINTS", .when(configuration: .debug))]),

    // Layer 2: what decides, what spells, and the kits, none of which knows another.
    module("AuctionCore", kernel + ["AuctionFacts", ordered]),
    module("AuctionWire", kernel + ["AuctionFacts"]),
    module("MessagingKit", kernel + ["CAMQP"]),
    module("SigningKit", kernel + ["COpenSSL", "CSodium"]),
    module("NTPKit", kernel),
    module("TerminalKit", kernel + ["CNCurses", "CTerminal"]),
    module("JournalKit", kernel + ["Failpoints", grdb]),

    // Layer 3: the shell.
    module("ServiceKit", kernel + kits + ["Failpoints", argumentParser, logging, lifecycle, signals, metrics]),

    // Layer 4: what any program needs to speak with the house.
    module("AuctionSigning", domain + kits + ["ServiceKit"]),
    module("AuctionClient", domain + kits + ["ServiceKit", "AuctionSigning"]),
    module("LedgerProof", domain + kits + ["ServiceKit", "AuctionSigning"]),

    // Layer 5: one library for each program.
    module("AuctionService", domain + kits + shell + ["AuctionClient", "LedgerProof", argumentParser, logging]),
    module("BidService", domain + kits + shell + [argumentParser, logging]),
    module("NotificationService", domain + kits + shell + ["Failpoints", argumentParser, logging, lifecycle]),
    module("BidderClient", domain + kits + shell + ["AuctionClient", "LedgerProof", "TerminalKit", argumentParser, logging]),

    // Layer 6: the programs.
    program("ms-leilao", runs: "AuctionService"),
    program("ms-lance", runs: "BidService"),
    program("ms-notificacao", runs: "NotificationService"),
    program("cliente-tui", runs: "BidderClient"),

    // Tests: a folder for each module; the doubles and the private broker are a library.
    .target(
      name: "SuiteTesting",
      dependencies: domain + kits + shell + [
        "CAMQP", "Failpoints", "AuctionClient", "AuctionService", "BidService", "LedgerProof", "NotificationService",
      ],
      path: "Tests/SuiteTesting", swiftSettings: strict),
    // Not a product: many simulated histories from the command line (scripts/simulate).
    .executableTarget(
      name: "Simulate", dependencies: kernel + ["AuctionFacts", "ServiceKit", "SuiteTesting", argumentParser],
      path: "Tests/Simulate", swiftSettings: strict),
    // Not a product either: the built programs under every fault (scripts/torture).
    .executableTarget(
      name: "Torture",
      dependencies: domain + kits + shell + ["Failpoints", "AuctionClient", "SuiteTesting", argumentParser],
      path: "Tests/Torture", swiftSettings: strict),
    // Not a product: hostile bytes for whatever reads bytes (scripts/fuzz).
    .executableTarget(
      name: "Fuzz", dependencies: domain + ["MessagingKit", "NTPKit", "ServiceKit", "AuctionService"], path: "Tests/Fuzz",
      exclude: ["Corpus", "words.dict"], swiftSettings: strict),
    // Not a product: how honest bidders fare under a flood (scripts/flood).
    .executableTarget(
      name: "Flood", dependencies: kernel + ["AuctionFacts", "ServiceKit", "SuiteTesting", argumentParser], path: "Tests/Flood",
      swiftSettings: strict),
    // Not a product: measures the built programs (scripts/bench).
    .executableTarget(
      name: "leilao-bench",
      dependencies: kernel + [
        "AuctionFacts", "AuctionWire", "AuctionSigning", "AuctionClient", "BidService", "JournalKit", "MessagingKit",
        "SigningKit",
        "ServiceKit", "SuiteTesting", argumentParser, logging,
      ], path: "Tests/Benchmarks", exclude: ["peers", "limits.json"], swiftSettings: strict),
    tests("SharedKernel", kernel),
    tests("AuctionFacts", kernel + ["AuctionFacts"]),
    tests("AuctionCore", kernel + ["AuctionFacts", "AuctionCore"]),
    tests("AuctionWire", kernel + ["AuctionFacts", "AuctionWire", "SigningKit"], exclude: ["Golden"]),
    tests("MessagingKit", kernel + ["MessagingKit"]),
    tests("SigningKit", kernel + ["SigningKit"]),
    tests("NTPKit", kernel + ["NTPKit"]),
    tests("TerminalKit", kernel + ["TerminalKit"]),
    tests("JournalKit", kernel + ["JournalKit"]),
    tests("ServiceKit", kernel + kits + ["ServiceKit", argumentParser, logging]),
    tests(
      "Service",
      domain + kits + shell + [
        "Failpoints", "AuctionClient", "AuctionService", "BidService", "NotificationService", "BidderClient",
        "LedgerProof",
      ]),
    tests(
      "BidderClient", domain + kits + shell + ["AuctionClient", "TerminalKit", "BidderClient", argumentParser],
      exclude: ["Golden"]),
    tests("Acceptance", kernel + ["TerminalKit", "BidderClient"]),
    tests("Integration", domain + kits + shell + ["AuctionClient"]),
    tests("Fuzz"),
    tests("Torture", domain + kits + shell + ["AuctionClient", "Torture"]),
    tests("Architecture"),
  ],
  swiftLanguageModes: [.v6]
)
