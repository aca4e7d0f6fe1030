// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Testing

@testable import MediaStore

@Suite("What a killed conversion leaves")
struct LeftJobsTests {
    @Test("is removed when a worker starts, and the jobs of living processes stay")
    func left() async throws {
        try await ConverterFixture.open { fixture in
            let jobs = fixture.folder.appending(path: "store/jobs")
            let own = LeaseHolder.thisProcess.number
            for name in ["77-aaaa", "88-bbbb", "\(own)-cccc", "dddd"] {
                let folder = jobs.appending(path: name)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data("x".utf8).write(to: folder.appending(path: "input"))
            }
            fixture.store.removeJobs(except: [LeaseHolder(88)])
            #expect(fixture.paths() == ["jobs/88-bbbb/input", "jobs/\(own)-cccc/input"].sorted())
            #expect(try FileManager.default.contentsOfDirectory(atPath: jobs.path).count == 2)
        }
    }
}
