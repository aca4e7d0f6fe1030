// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How much work something is. Unlike the time on a clock, it does not depend on what else the machine does.
public enum ProcessorTime {
    /// The processor time that `work` takes on this thread.
    public static func measure(_ work: () throws -> Void) rethrows -> Duration {
        let start = now
        try work()
        return now - start
    }

    private static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
