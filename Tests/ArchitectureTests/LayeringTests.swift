// SPDX-License-Identifier: Apache-2.0

import Testing

/// The rules about which target may import which. The compiler does not enforce them: it lets a target import any
/// module that a dependency of a dependency has built.
@Suite("The layers")
struct LayeringTests {
    /// The layer of each target. A target may only depend on targets in lower layers.
    private static let floors: [String: Int] = [
        "CPostgres": 0, "CSQLite": 0, "COpenSSL": 0, "CLibXML2": 0, "CZlib": 0, "CQREncode": 0, "CSpawn": 0,
        "CMalloc": 0, "CCurl": 0, "CResolver": 0,
        "TextEncoding": 0, "CivilDates": 0, "Limits": 0,
        "FileWriting": 1, "IPAddresses": 1, "Telemetry": 1, "Vocabulary": 1, "HTTPSignatures": 1, "Database": 1,
        "Calendar": 1, "CurlClient": 1,
        "Model": 2,
        "Markup": 3, "Storage": 3,
        "Federation": 4, "Transport": 4, "Mail": 4, "MediaStore": 4, "HTTPSupport": 4,
        "Services": 5, "FederationAPI": 5,
        "MastodonAPI": 6, "WebPages": 6,
        "Troquet": 7,
        "TestSupport": 8, "TroquetBench": 8,
    ]

    /// Modules of the language and the operating system.
    private static let platform: Set = [
        "Swift", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization", "Testing",
    ]

    /// Imports that are forbidden even when they are declared.
    private static let never: [(target: String, modules: Set<String>)] = [
        ("MastodonAPI", ["Federation", "Vocabulary", "Markup", "Transport"]),
        ("WebPages", ["Federation", "Vocabulary", "Markup", "Transport"]),
        ("Federation", ["Transport", "Hummingbird", "AsyncHTTPClient"]),
        ("Storage", ["Markup", "HTTPSignatures"]),
        ("Services", ["Hummingbird"]),
    ]

    /// The C libraries, each with the one target that may import it.
    private static let keepers = [
        "CPostgres": "Database", "CSQLite": "Database", "COpenSSL": "HTTPSignatures", "CLibXML2": "Markup",
        "CZlib": "HTTPSupport", "CQREncode": "WebPages", "CSpawn": "MediaStore", "CMalloc": "Troquet",
        "CCurl": "CurlClient", "CResolver": "Mail",
    ]

    /// The platform modules that a target without input and output may import.
    private static let pureModules: Set = ["FoundationEssentials", "Synchronization", "Glibc", "Musl"]

    @Test("every import is declared in Package.swift")
    func declared() throws {
        for target in try PackageGraph.ours.get().targets where !target.isSystemLibrary {
            let known = target.targets.union(target.products).union(Self.platform).union([target.name])
            for file in try SourceTree.sources(below: target.path) {
                let undeclared = file.imports.subtracting(known)
                #expect(undeclared.isEmpty, "\(file) imports what \(target) does not declare")
            }
        }
    }

    @Test("what a target of the house declares of ours it imports somewhere")
    func needed() throws {
        for target in try PackageGraph.ours.get().targets where !target.isSystemLibrary && !target.isTest {
            let imported = try imports(of: target)
            #expect(target.targets.subtracting(imported).isEmpty, "\(target) declares what it does not import")
        }
    }

    @Test("no arrow runs up, and so there is no circle")
    func upwards() throws {
        for target in try PackageGraph.ours.get().targets where !target.isTest {
            let floor = try #require(Self.floors[target.name], "\(target) stands on no floor yet")
            for needed in target.targets {
                let lower = try #require(Self.floors[needed], "\(needed) stands on no floor yet")
                #expect(lower < floor, "\(target) needs \(needed), which does not stand below it")
            }
        }
    }

    @Test("some imports are forbidden", arguments: never)
    func shut(target name: String, modules: Set<String>) throws {
        guard let target = try PackageGraph.ours.get().target(name) else { return }
        #expect(try imports(of: target).isDisjoint(with: modules))
        #expect(target.targets.union(target.products).isDisjoint(with: modules))
    }

    @Test("a C library has one keeper", arguments: keepers.sorted { $0.key < $1.key })
    func kept(library: String, keeper: String) throws {
        for target in try PackageGraph.ours.get().targets where !target.isSystemLibrary && target.name != keeper {
            #expect(try !imports(of: target).contains(library), "\(target) imports \(library)")
            #expect(!target.targets.contains(library), "\(target) declares \(library)")
        }
    }

    @Test(
        "what is pure imports nothing that reaches the outside",
        arguments: ["TextEncoding", "CivilDates", "Vocabulary", "Calendar", "Model"])
    func pure(name: String) throws {
        let target = try #require(try PackageGraph.ours.get().target(name))
        #expect(target.products.isEmpty)
        let ours: Set = ["TextEncoding", "CivilDates", "Vocabulary", "Calendar"]
        #expect(try imports(of: target).subtracting(Self.pureModules).subtracting(ours).isEmpty)
    }

    @Test("whoever fetches or gathers for an activity has no way to store a fact")
    func gathering() throws {
        // Who an actor is and which keys it has is no fact of an activity.
        let writer = "ActorResolver.swift"
        let writes = [".write {", ".write(", "ObjectStore.insert(", "ObjectIntake.store("]
        for file in try SourceTree.sources(below: "Sources/Federation/Fetching") where file.name != writer {
            #expect(!file.code.contains { line in writes.contains { line.holds($0) } }, "\(file)")
        }
        for file in try SourceTree.sources(below: "Sources/Federation/Activities") {
            #expect(!file.code.contains { $0.holds(".write {") || $0.holds(".write(") }, "\(file)")
        }
    }

    @Test("only tests see what supports tests")
    func support() throws {
        for target in try PackageGraph.ours.get().targets where !target.isTest && target.name != "TestSupport" {
            #expect(!target.targets.contains("TestSupport"))
            #expect(try imports(of: target).isDisjoint(with: ["TestSupport", "Testing"]))
        }
    }

    private func imports(of target: PackageGraph.Target) throws -> Set<String> {
        guard !target.isSystemLibrary else { return [] }
        return try SourceTree.sources(below: target.path).reduce(into: []) { $0.formUnion($1.imports) }
    }
}
