// SPDX-License-Identifier: Apache-2.0

import Foundation
import MediaStore
import Testing

@testable import Troquet

extension Stories {
    /// What `troquet doctor` says about a node.
    @Suite("Doctor")
    struct DoctorTests {
        @Test("doctor says whether uploads are decoded in a sandbox, and what to do when they are not")
        func sandbox() async throws {
            let (finding, tried) = try await media("auto")
            #expect(finding.isFine == (tried == .works), "\(finding.text)")
            #expect(finding.text == tried.text)
            if tried != .works { print("No sandbox on this system: \(finding.text)") }
        }

        @Test("doctor warns while mail goes into a folder, and does not fail for it")
        func mail() async throws {
            try await withNode("auto") { node in
                let findings = try await Examination(node).run()
                let mail = try #require(findings.first { $0.check == "mail" })
                #expect(mail.isFine && mail.isWarning && mail.line.hasPrefix("warn  mail: "))
                #expect(findings.filter(\.isWarning).count == 1)
            }
        }

        @Test("an operator who switches the sandbox off is told what that means, and it is no failure")
        func off() async throws {
            let (finding, tried) = try await media("off")
            #expect(finding.isFine)
            #expect(tried == .off)
            #expect(finding.text.contains("media_sandbox is off"))
        }

        @Test("a node that requires a sandbox starts where there is one, and nowhere else")
        func require() async throws {
            try await withNode("require") { node in
                if try await node.media.sandboxFinding() == .works {
                    try await node.trySandbox()
                } else {
                    await #expect(throws: ConfigurationError.self) { try await node.trySandbox() }
                }
            }
        }

        private func media(_ mode: String) async throws -> (Finding, SandboxFinding) {
            var found: (Finding, SandboxFinding)?
            try await withNode(mode) { node in
                let findings = try await Examination(node).run()
                let finding = try #require(findings.first { $0.check == "media" })
                found = (finding, try await node.media.sandboxFinding())
            }
            return try #require(found)
        }

        private func withNode(_ mode: String, _ body: (Node) async throws -> Void) async throws {
            let node = try await TestNode.make(NodePlan(settings: ["media_sandbox=\(mode)"]))
            do {
                try await node.open()
                try await body(try await node.current)
            } catch {
                await node.remove()
                throw error
            }
            await node.remove()
        }
    }
}
