// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Services

/// What happens at its hour: polls end, events begin, and readers elsewhere hear how polls stand. Posts that wait for
/// their hour are a queue with a worker of its own.
///
/// Whoever is first takes what is due in one transaction, so several processes may have a timetable.
struct Timetable: Sendable {
    /// How often it is looked at.
    static let interval = Duration.seconds(10)
    /// How many rounds lie between two times at which counts are told.
    private static let roundsBetweenCounts = 18

    private let services: Services
    private let logger: Logger

    init(services: Services, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    /// Works until the task is cancelled.
    func run() async {
        var round = 0
        repeat {
            await turn(tellsCounts: round % Self.roundsBetweenCounts == 0)
            round = (round + 1) % Self.roundsBetweenCounts
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Does once what is due.
    func turn(tellsCounts: Bool) async {
        do {
            try await services.endPolls()
            try await services.tellBeginnings()
            if tellsCounts { try await services.tellPollCounts() }
        } catch {
            logger.warning("timetable failed", metadata: ["error.kind": "\(error)"])
        }
    }
}
