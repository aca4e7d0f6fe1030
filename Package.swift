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
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPCodec = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// The house, floor by floor; no arrow runs up. `Tests/ArchitectureTests` holds the imports against this table.
let floors: [Target] = [
    // 0: the C libraries
    .systemLibrary(name: "CPostgres", path: "Sources/SystemLibraries/CPostgres", pkgConfig: "libpq"),
    .systemLibrary(name: "CSQLite", path: "Sources/SystemLibraries/CSQLite", pkgConfig: "sqlite3"),
    .systemLibrary(name: "COpenSSL", path: "Sources/SystemLibraries/COpenSSL", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CLibXML2", path: "Sources/SystemLibraries/CLibXML2", pkgConfig: "libxml-2.0"),
    .systemLibrary(name: "CSpawn", path: "Sources/SystemLibraries/CSpawn"),
    // 1
    .target(name: "Vocabulary", swiftSettings: strict),
    .target(name: "HTTPSignatures", dependencies: ["COpenSSL"], swiftSettings: strict),
    .target(name: "Database", dependencies: ["CPostgres", "CSQLite", logging], swiftSettings: strict),
    .target(name: "Calendar", swiftSettings: strict),
    // 2
    .target(name: "Model", dependencies: ["Vocabulary", "Calendar"], swiftSettings: strict),
    // 3
    .target(name: "Markup", dependencies: ["Model", "CLibXML2"], swiftSettings: strict),
    .target(name: "Storage", dependencies: ["Database", "Model", "Vocabulary", logging], swiftSettings: strict),
    // 4
    .target(
        name: "Federation",
        dependencies: [
            "Calendar", "Database", "HTTPSignatures", "Markup", "Model", "Storage", "Vocabulary", logging, deque,
        ], swiftSettings: strict),
    .target(
        name: "Transport",
        dependencies: [
            "Database", "HTTPSignatures", "Model", "Storage", "Vocabulary", logging, nio, nioPosix, nioHTTP, lifecycle,
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: strict),
    .target(
        name: "MediaStore", dependencies: ["CSpawn", "Database", "Model", "Storage", logging], swiftSettings: strict),
    .target(name: "Mail", dependencies: ["Database", "Model", "Storage", logging], swiftSettings: strict),
    .target(
        name: "HTTPSupport",
        dependencies: [
            "Model", "Vocabulary", logging, hummingbird, hummingbirdCore, httpTypes, nio, nioHTTP, nioHTTPTypes,
            nioHTTPCodec, nioWebSocket,
        ], swiftSettings: strict),
    // 5
    .target(
        name: "Services",
        dependencies: ["Database", "Federation", "Markup", "MediaStore", "Model", "Storage", "Vocabulary", logging],
        swiftSettings: strict),
    .target(
        name: "FederationAPI",
        dependencies: [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Model", "Storage", "Vocabulary", logging,
            hummingbird, httpTypes, nio,
        ], swiftSettings: strict),
    // 6
    .target(
        name: "MastodonAPI",
        dependencies: [
            "Database", "HTTPSupport", "Model", "Services", "Storage", logging, hummingbird, httpTypes, nio,
        ],
        swiftSettings: strict),
    .target(
        name: "WebPages",
        dependencies: [
            "Calendar", "Database", "HTTPSupport", "Model", "Services", "Storage", logging, hummingbird, httpTypes, nio,
        ], swiftSettings: strict),
    // 7
    .executableTarget(
        name: "Troquet",
        dependencies: [
            "Calendar", "Database", "Federation", "FederationAPI", "HTTPSignatures", "HTTPSupport", "Mail",
            "MediaStore",
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
        name: "TestSupport", dependencies: ["Database", logging, nio, nioPosix, nioHTTP, nioWebSocket],
        swiftSettings: strict),
    .executableTarget(
        name: "TroquetBench",
        dependencies: [
            "Database", "HTTPSignatures", "Model", "Storage", "Vocabulary", logging, hummingbird, nio, nioPosix,
            nioHTTP, .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ], swiftSettings: strict),
    suite("Vocabulary"),
    suite("HTTPSignatures"),
    suite("Database", [logging]),
    suite("Calendar"),
    suite("Model", ["Calendar", "Vocabulary"]),
    suite("Markup", ["Model"]),
    suite("Storage", ["Database", "Model", "Vocabulary", logging], without: ["Golden"]),
    suite(
        "Federation",
        ["Calendar", "Database", "HTTPSignatures", "Markup", "Model", "Storage", "Vocabulary", logging]),
    suite(
        "Transport",
        [
            "Database", "HTTPSignatures", "Model", "Storage", "Vocabulary", logging, nio, nioPosix, nioHTTP, lifecycle,
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
        ]),
    suite("MediaStore", ["Database", "Model", "Storage", "Vocabulary", logging]),
    suite("Mail", ["Database", "Model", "Storage", logging]),
    suite(
        "Services",
        [
            "Database", "Federation", "HTTPSignatures", "Markup", "MediaStore", "Model", "Storage", "Vocabulary",
            logging,
        ]),
    suite(
        "HTTPSupport",
        [
            "Model", "Storage", "Vocabulary", logging, hummingbird, httpTypes, nio, nioPosix, nioHTTP, nioWebSocket,
        ]),
    suite(
        "FederationAPI",
        [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Markup", "Model", "Storage", "Vocabulary",
            logging, hummingbird, httpTypes, nio, nioPosix,
        ]),
    suite(
        "MastodonAPI",
        [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Markup", "MediaStore", "Model", "Services",
            "Storage",
            "Vocabulary", logging, hummingbird, httpTypes, nio, nioPosix,
        ]),
    suite(
        "WebPages",
        [
            "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Markup", "MediaStore", "Model", "Services",
            "Storage",
            "Vocabulary", logging, hummingbird, httpTypes, nio, nioPosix,
        ]),
    suite("Architecture", about: []),
    suite(
        "Node",
        about: [
            "Troquet", "Database", "Federation", "HTTPSignatures", "HTTPSupport", "Model", "Services", "Storage",
            "Transport", "Vocabulary", logging, nio, nioPosix, nioHTTP, lifecycle,
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
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: floors + suites
)
