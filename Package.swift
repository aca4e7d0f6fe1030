// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Every target is built like this: one language mode, no warning left, no import that is not declared.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPCodec = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let structuredFields = Target.Dependency.product(
    name: "RawStructuredFieldValues", package: "swift-http-structured-headers")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// The packages that targets of ours use.
let used: [Package.Dependency] = [
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/apple/swift-http-structured-headers", exact: "1.7.0"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    // Used by two of those; none of its traits is wanted.
    .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
]

/// A package that only other packages use, and one of its products.
struct Pin {
    let url: String
    let version: Version
    let product: String

    var package: Package.Dependency { .package(url: url, exact: version) }
    /// On a platform for which nothing is built here: it keeps the package manager from saying that nobody uses it.
    var unbuilt: Target.Dependency {
        .product(
            name: product, package: String(url.split(separator: "/").last ?? ""), condition: .when(platforms: [.wasi]))
    }
}

/// The packages that only those packages use. They are named here so that two builds of one commit have the same
/// versions of them too; `Tests/ArchitectureTests` fails when one is missing.
let pins = [
    Pin(url: "https://github.com/apple/swift-algorithms", version: "1.2.1", product: "Algorithms"),
    Pin(url: "https://github.com/apple/swift-asn1", version: "1.7.4", product: "SwiftASN1"),
    Pin(url: "https://github.com/apple/swift-async-algorithms", version: "1.1.4", product: "AsyncAlgorithms"),
    Pin(url: "https://github.com/apple/swift-atomics", version: "1.3.0", product: "Atomics"),
    Pin(url: "https://github.com/apple/swift-certificates", version: "1.21.1", product: "X509"),
    Pin(url: "https://github.com/apple/swift-crypto", version: "4.5.2", product: "Crypto"),
    Pin(url: "https://github.com/apple/swift-distributed-tracing", version: "1.7.3", product: "Tracing"),
    Pin(url: "https://github.com/apple/swift-nio-http2", version: "1.46.0", product: "NIOHTTP2"),
    Pin(
        url: "https://github.com/apple/swift-nio-transport-services", version: "1.28.0",
        product: "NIOTransportServices"),
    Pin(url: "https://github.com/apple/swift-numerics", version: "1.1.1", product: "Numerics"),
    Pin(url: "https://github.com/apple/swift-service-context", version: "1.5.1", product: "ServiceContextModule"),
    Pin(url: "https://github.com/apple/swift-system", version: "1.8.1", product: "SystemPackage"),
]

/// The house, floor by floor; no arrow runs up. `Tests/ArchitectureTests` holds the imports against this table.
let floors: [Target] = [
    // 0: the C libraries, and what knows nothing of the node
    .systemLibrary(name: "CPostgres", path: "Sources/SystemLibraries/CPostgres", pkgConfig: "libpq"),
    .systemLibrary(name: "CSQLite", path: "Sources/SystemLibraries/CSQLite", pkgConfig: "sqlite3"),
    .systemLibrary(name: "COpenSSL", path: "Sources/SystemLibraries/COpenSSL", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CLibXML2", path: "Sources/SystemLibraries/CLibXML2", pkgConfig: "libxml-2.0"),
    .systemLibrary(name: "CZlib", path: "Sources/SystemLibraries/CZlib", pkgConfig: "zlib"),
    .systemLibrary(name: "CQREncode", path: "Sources/SystemLibraries/CQREncode"),
    .systemLibrary(name: "CCurl", path: "Sources/SystemLibraries/CCurl", pkgConfig: "libcurl"),
    .systemLibrary(name: "CResolver", path: "Sources/SystemLibraries/CResolver"),
    .systemLibrary(name: "CSpawn", path: "Sources/SystemLibraries/CSpawn"),
    .systemLibrary(name: "CMalloc", path: "Sources/SystemLibraries/CMalloc"),
    .target(name: "TextEncoding", swiftSettings: strict),
    .target(name: "CivilDates", swiftSettings: strict),
    .target(name: "Limits", dependencies: [orderedCollections], swiftSettings: strict),
    // 1
    .target(name: "CurlClient", dependencies: ["CCurl", "Limits"], swiftSettings: strict),
    .target(name: "FileWriting", swiftSettings: strict),
    .target(name: "IPAddresses", swiftSettings: strict),
    .target(name: "Telemetry", dependencies: [metrics], swiftSettings: strict),
    .target(name: "Vocabulary", dependencies: ["CivilDates", "TextEncoding"], swiftSettings: strict),
    .target(
        name: "HTTPSignatures", dependencies: ["COpenSSL", "CivilDates", "TextEncoding", structuredFields],
        swiftSettings: strict),
    .target(name: "Database", dependencies: ["CPostgres", "CSQLite", "Limits", logging, deque], swiftSettings: strict),
    .target(name: "Calendar", dependencies: ["CivilDates"], swiftSettings: strict),
    // 2
    .target(
        name: "Model", dependencies: ["Vocabulary", "Calendar", "CivilDates", "TextEncoding"], swiftSettings: strict),
    // 3
    .target(name: "Markup", dependencies: ["Model", "CLibXML2"], swiftSettings: strict),
    .target(name: "Storage", dependencies: ["Database", "Model", "Vocabulary", logging], swiftSettings: strict),
    // 4
    .target(
        name: "Federation",
        dependencies: [
            "IPAddresses", "Limits", "Telemetry", "Calendar", "CivilDates", "Database", "HTTPSignatures", "Markup",
            "Model", "Storage", "TextEncoding",
            "Vocabulary", logging, deque,
        ], swiftSettings: strict),
    .target(
        name: "Transport",
        dependencies: [
            "IPAddresses", "Limits", "Telemetry", deque, "CivilDates", "Database", "HTTPSignatures", "Model", "Storage",
            "TextEncoding", "Vocabulary", logging, nio,
            nioPosix, nioHTTP, lifecycle,
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: strict),
    .target(
        name: "MediaStore", dependencies: ["CSpawn", "Database", "FileWriting", "Limits", "Model", "Storage", logging],
        swiftSettings: strict),
    .target(
        name: "Mail",
        dependencies: [
            "CResolver", "CivilDates", "CurlClient", "Database", "FileWriting", "HTTPSignatures", "Model", "Storage",
            "TextEncoding", "Vocabulary", logging,
        ],
        swiftSettings: strict),
    .target(
        name: "HTTPSupport",
        dependencies: [
            "CZlib", "Database", "FileWriting", "IPAddresses", "Limits", "Model", "TextEncoding", "Vocabulary", metrics,
            logging, hummingbird, hummingbirdCore, httpTypes, nio, nioHTTP, nioHTTPTypes, nioHTTPCodec, nioWebSocket,
        ], swiftSettings: strict),
    // 5
    .target(
        name: "Services",
        dependencies: [
            "Calendar", "Limits", "CivilDates", "Database", "Federation", "HTTPSignatures", "Markup", "MediaStore",
            "Model", "Storage", "TextEncoding",
            "Vocabulary", logging,
        ],
        swiftSettings: strict),
    .target(
        name: "FederationAPI",
        dependencies: [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "IPAddresses", "Limits", "Model", "Storage",
            "Vocabulary", logging, hummingbird, httpTypes, nio,
        ], swiftSettings: strict),
    // 6
    .target(
        name: "MastodonAPI",
        dependencies: [
            "Limits", "Database", "HTTPSupport", "Model", "Services", "Storage", "TextEncoding", logging,
            hummingbird, httpTypes, nio,
        ],
        swiftSettings: strict),
    .target(
        name: "WebPages",
        dependencies: [
            "CQREncode", "Calendar", "Database", "HTTPSupport", "Model", "Services", "Storage", "TextEncoding", logging,
            hummingbird, httpTypes, nio,
        ], swiftSettings: strict),
    // 7
    .executableTarget(
        name: "Troquet",
        dependencies: [
            "CMalloc", "CurlClient", "IPAddresses", "Limits", "Telemetry", metrics, "Calendar", "CivilDates",
            "Database",
            "Federation", "FederationAPI", "FileWriting", "HTTPSignatures", "HTTPSupport", "Mail", "MediaStore",
            "MastodonAPI", "Model", "Services", "Storage", "Transport", "Vocabulary", "WebPages", logging, hummingbird,
            httpTypes, nio,
            nioPosix,
            lifecycle, .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Yams", package: "Yams"),
        ], swiftSettings: strict),
]

/// What serves the suites alone, and the suites: one a target, and those that look at the whole house.
let suites: [Target] = [
    .target(
        name: "TestSupport",
        dependencies: [
            "Database", logging, nio, nioPosix, nioHTTP, nioWebSocket,
            .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        ],
        swiftSettings: strict),
    .executableTarget(
        name: "TroquetBench",
        dependencies: [
            "CivilDates", "Database", "HTTPSignatures", "Model", "Storage", "Vocabulary", logging, hummingbird, nio,
            nioPosix, nioHTTP, .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ], swiftSettings: strict),
    suite("TextEncoding"),
    suite("CivilDates"),
    suite("CurlClient"),
    suite("FileWriting"),
    suite("Limits"),
    suite("IPAddresses"),
    suite("Telemetry", [metrics]),
    suite("Vocabulary"),
    suite("HTTPSignatures", ["CivilDates", "TextEncoding", structuredFields]),
    suite("Database", [logging]),
    suite("Calendar"),
    suite("Model", ["Calendar", "Vocabulary"]),
    suite("Markup", ["Model"]),
    suite("Storage", ["Database", "Model", "Vocabulary", logging], without: ["Golden"]),
    suite(
        "Federation",
        [
            "Calendar", "CivilDates", "Database", "HTTPSignatures", "IPAddresses", "Markup", "Model", "Storage",
            "Telemetry", "Vocabulary", logging,
        ]),
    suite(
        "Transport",
        [
            "Database", "HTTPSignatures", "IPAddresses", "Limits", "Model", "Storage", "Telemetry", "TextEncoding",
            "Vocabulary", logging, nio, nioPosix, nioHTTP, lifecycle,
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
        ]),
    suite("MediaStore", ["Database", "Model", "Storage", "Vocabulary", logging]),
    suite(
        "Mail",
        ["CurlClient", "Database", "HTTPSignatures", "Model", "Storage", "TextEncoding", logging]),
    suite(
        "Services",
        [
            "Telemetry", "Database", "Federation", "HTTPSignatures", "Markup", "MediaStore", "Model", "Storage",
            "TextEncoding",
            "Vocabulary", logging,
        ]),
    suite(
        "HTTPSupport",
        [
            "Database", "IPAddresses", "Limits", "Model", "Storage", "Vocabulary", logging, hummingbird, httpTypes, nio,
            nioPosix, nioEmbedded, nioHTTP, nioWebSocket,
        ]),
    suite(
        "FederationAPI",
        [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Markup", "Model", "Storage", "Telemetry",
            "Vocabulary",
            logging, hummingbird, httpTypes, nio, nioPosix,
        ]),
    suite(
        "MastodonAPI",
        [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Markup", "MediaStore", "Model", "Services",
            "Telemetry", "Storage", "TextEncoding",
            "Vocabulary", logging, hummingbird, httpTypes, nio, nioPosix,
        ]),
    suite(
        "WebPages",
        [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Markup", "MediaStore", "Model", "Services",
            "Telemetry", "Storage", "TextEncoding",
            "Vocabulary", logging, hummingbird, httpTypes, nio, nioPosix,
        ]),
    suite("Architecture", about: pins.map(\.unbuilt)),
    suite(
        "Node",
        about: [
            "Troquet", "CivilDates", "CurlClient", "Mail", "Database", "Federation", "IPAddresses", "HTTPSignatures",
            "HTTPSupport",
            "MediaStore", "Model",
            "Services",
            "Storage", "Transport", "Vocabulary", logging, nio, nioPosix, nioHTTP, lifecycle,
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]),
]

/// The suite of a target: it may use what the target uses.
func suite(_ name: String, _ others: [Target.Dependency] = [], without folders: [String] = []) -> Target {
    suite(name, about: [.target(name: name)] + others, without: folders)
}

func suite(_ name: String, about dependencies: [Target.Dependency], without folders: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], exclude: folders, swiftSettings: strict)
}

let package = Package(
    name: "troquet",
    products: [
        .executable(name: "troquet", targets: ["Troquet"]),
        .executable(name: "troquet-bench", targets: ["TroquetBench"]),
    ],
    dependencies: used + pins.map(\.package),
    targets: floors + suites
)
