// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("What open apps are told, as text between processes")
struct StreamEventTests {
    private static let all: [(StreamEvent, String)] = [
        (.item(ID(7)), "stream:entry:7"), (.edited(ID(7)), "stream:edited:7"),
        (.deleted([ID(1), ID(2)], author: ID(9), readers: nil), "stream:deleted:1,2:9"),
        (.deleted([ID(1)], author: ID(9), readers: []), "stream:deleted:1:9:"),
        (.deleted([ID(1)], author: ID(9), readers: [ID(3), ID(4)]), "stream:deleted:1:9:3,4"),
        (.deletedDirect([ID(1), ID(2)], readers: [ID(9), ID(3)]), "stream:deleted-direct:1,2:9,3"),
        (.notification(5, account: ID(9)), "stream:notification:5:9"),
        (.conversation(5, account: ID(9)), "stream:conversation:5:9"), (.filtersChanged(ID(9)), "stream:filters:9"),
        (.notificationsMerged(ID(9)), "stream:merged:9"), (.announced(5), "stream:announced:5"),
        (.reacted("☕️", announcement: 5), "stream:reacted:5:9749,65039"), (.withdrawn(5), "stream:withdrawn:5"),
    ]

    @Test("each event is read as it was written", arguments: all)
    func roundTrip(event: StreamEvent, text: String) {
        #expect(event.text == text)
        #expect(StreamEvent(text: text) == event)
    }

    @Test(
        "what is no event is none",
        arguments: [
            "", "stream", "stream:", "stream:entry", "stream:entry:", "stream:entry:x", "stream:entry:1:2", "mail",
            "stream:deleted:1", "stream:deleted::9", "stream:notification:5", "stream:unknown:1", "settings",
            "stream:reacted:5", "stream:reacted:5:", "stream:withdrawn:",
            "stream:entry:99999999999999999999",
        ])
    func refused(text: String) {
        #expect(StreamEvent(text: text) == nil)
    }

    @Test("the largest event fits into one announcement")
    func fits() {
        let large = ID<TimelineItem>(.max)
        let event = StreamEvent.deleted(
            Array(repeating: large, count: StreamEvent.limit), author: ID(.max),
            readers: Array(repeating: ID(.max), count: StreamEvent.readers))
        #expect(event.text.utf8.count <= 7_900)
    }
}
