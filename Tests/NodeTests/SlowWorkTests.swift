// SPDX-License-Identifier: Apache-2.0

import Foundation
import Services
import Synchronization
import TestSupport
import Testing

@testable import Troquet

@Suite("Slow work")
struct SlowWorkTests {
    @Test("beyond those that may wait a caller is refused at once, and afterwards all work is done")
    func bounded() async throws {
        let work = SlowWork(threads: 1, waiting: 2)
        let gate = Gate()
        let done = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...3 {
                group.addTask {
                    try? await work.run { gate.pass() }
                    done.add()
                }
            }
            while work.load != (open: 1, waiting: 2) { try? await Task.sleep(for: .milliseconds(5)) }
            await #expect(throws: ServiceError.busy) { try await work.run { gate.pass() } }
            gate.open()
        }
        #expect(done.value == 3)
        #expect(try await work.run { 7 } == 7)
        await work.close()
    }
}

extension Stories {
    @Suite("Many passwords at once")
    struct PasswordStory {
        @Test("leave the node answering")
        func answers() async throws {
            let node = try await TestNode.start(NodePlan())
            let services = try await node.current.services
            let (done, busy) = (Counter(), Counter())
            let before = try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...60 {
                    group.addTask {
                        do {
                            _ = try await services.signIn(name: "nobody\(number)", password: "a wrong password")
                        } catch ServiceError.busy {
                            busy.add()
                        } catch ServiceError.notAllowed {
                            done.add()
                        }
                    }
                }
                #expect(try await node.get("/livez", nil).status == 200)
                let before = done.value
                try await group.waitForAll()
                return before
            }
            // The answer came while passwords still waited to be checked: it did not stand behind them.
            #expect(before < done.value)
            #expect(done.value + busy.value == 60 && done.value > 0)
            await node.remove()
        }
    }
}

/// Blocks its callers until it is opened.
private final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    func pass() {
        while !isOpen.withLock({ $0 }) { usleep(1_000) }
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add() { count.withLock { $0 += 1 } }
}
