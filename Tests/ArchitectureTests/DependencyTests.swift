// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Ensures that two builds of one commit have the same dependencies: `Package.swift` names every package of the whole
/// graph with an exact version. `Package.resolved` cannot do this, because it also contains the locations of the
/// packages on one machine.
@Suite("The packages of others")
struct DependencyTests {
    @Test("every package that the manifest names has one exact version")
    func exact() throws {
        let packages = try PackageGraph.ours.get().packages
        try #require(packages.count >= 10, "the packages are not found: has the dump's shape changed?")
        for (name, version) in packages {
            #expect(version != nil, "Package.swift leaves the version of \(name) open")
        }
    }

    @Test("every package that a build resolves, also for other packages, stands in the manifest with that version")
    func complete() throws {
        let packages = try PackageGraph.ours.get().packages
        for pin in try resolvedPins() {
            let named = packages[pin.identity] ?? nil
            #expect(named == pin.state.version, "Package.swift does not pin \(pin.identity)")
        }
    }

    /// The package versions that the build of this test resolved.
    private func resolvedPins() throws -> [Resolved.Pin] {
        let resolved = try JSONDecoder().decode(Resolved.self, from: Data(SourceTree.text("Package.resolved").utf8))
        try #require(!resolved.pins.isEmpty)
        return resolved.pins
    }

    private struct Resolved: Decodable {
        struct Pin: Decodable {
            struct State: Decodable {
                let version: String?
            }

            let identity: String
            let state: State
        }

        let pins: [Pin]
    }
}
