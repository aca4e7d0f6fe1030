// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Services

/// Does what is due at a certain time: ends polls, announces events that begin, writes e-mails about what happened, and
/// sends vote counts to other servers.
/// Scheduled posts have a queue and a worker of their own.
///
/// Each task takes what is due in one transaction, so several processes may run a timetable.
struct Scheduler: Sendable {
    /// The time between two rounds.
    static let interval = Duration.seconds(10)
    /// Vote counts are sent in one of this many rounds.
    private static let roundsBetweenCounts = 18
    /// E-mails that tell several things are written in one of this many rounds: every five minutes.
    private static let roundsBetweenBatches = 30

    private let services: Services
    private let logger: Logger

    init(services: Services, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    /// Runs rounds until the task is cancelled.
    func run() async {
        var round = 0
        repeat {
            await turn(
                tellsCounts: round % Self.roundsBetweenCounts == 0,
                tellsBatches: round % Self.roundsBetweenBatches == 0)
            round += 1
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Runs one round.
    func turn(tellsCounts: Bool, tellsBatches: Bool = true) async {
        do {
            try await services.endPolls()
            try await services.tellBeginnings()
            try await services.tellByMail()
            if tellsBatches { try await services.tellBatches() }
            if tellsCounts { try await services.tellPollCounts() }
        } catch {
            logger.warning("timetable failed", metadata: ["error.kind": "\(error)"])
        }
    }
}
