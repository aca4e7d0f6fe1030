// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Troquet

@Suite("Freed memory is given back")
struct MemoryReturnTests {
    @Test("memory is given back once after a burst, as soon as the process is calm")
    func afterABurst() {
        var schedule = MemoryReturn()
        // The start of the process is a burst like any other.
        #expect(schedule.looks([0.4, 0.8, 0.81, 0.82, 0.83]) == [false, false, true, false, false])
        #expect(schedule.looks([1.3, 1.8, 1.81, 1.82]) == [false, false, true, false])
    }

    @Test("a process that does little gives nothing back")
    func idle() {
        var schedule = MemoryReturn()
        #expect(!schedule.looks((1...20).map { Double($0) * 0.01 }).contains(true))
    }

    @Test("a burst that does not end gives memory back from time to time")
    func withoutEnd() {
        var schedule = MemoryReturn()
        let answers = schedule.looks((1...200).map { Double($0) * 0.5 })
        #expect((1...10).contains(answers.count(where: \.self)))
    }
}

extension MemoryReturn {
    /// The answers to several looks at the CPU time in seconds.
    fileprivate mutating func looks(_ seconds: [Double]) -> [Bool] {
        var answers: [Bool] = []
        for time in seconds { answers.append(isDue(afterCPU: time)) }
        return answers
    }
}
