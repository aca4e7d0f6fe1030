// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import Testing

extension AuthorizationAttempts {
    static let follows: [String: Preparation] = [
        "follow(_:as:)": { s in { try await s.services.follow(s.stage.mia, as: $0) } },
        "follow(handle:as:)": { s in { try await s.services.follow(handle: "@mia", as: $0) } },
        "unfollow(_:as:)": { s in
            try await s.services.follow(s.stage.mia, as: s.before)
            return { try await s.services.unfollow(s.stage.mia, as: $0) }
        },
        "tuneFollow(_:showsBoosts:notifies:as:)": { s in
            try await s.services.follow(s.stage.mia, as: s.before)
            return { try await s.services.tuneFollow(s.stage.mia, showsBoosts: false, notifies: nil, as: $0) }
        },
        "removeFollower(_:as:)": { s in
            let fan = try await s.stage.person()
            try await s.cafe.follow(s.account, by: fan)
            return { try await s.services.removeFollower(fan, as: $0) }
        },
        "answerFollowRequest(from:to:accept:as:)": { s in
            try await s.cafe.follow(s.account, by: s.stage.vic.id, state: .requested)
            return {
                try await s.services.answerFollowRequest(from: s.stage.vic.id, to: s.account, accept: true, as: $0)
            }
        },
        "answerFollowRequest(from:to:accept:as:) for a group": { s in
            try await s.cafe.follow(s.group, by: s.stage.vic.id, state: .requested)
            return { try await s.services.answerFollowRequest(from: s.stage.vic.id, to: s.group, accept: true, as: $0) }
        },
        "block(_:as:)": { s in { try await s.services.block(s.stage.vic.id, as: $0) } },
        "unblock(_:as:)": { s in { try await s.services.unblock(s.stage.vic.id, as: $0) } },
        "blockHost(_:as:)": { s in { try await s.services.blockHost("bad.example", as: $0) } },
        "unblockHost(_:as:)": { s in { try await s.services.unblockHost("bad.example", as: $0) } },
        "mute(_:hidesNotifications:seconds:as:)": { s in
            { try await s.services.mute(s.stage.mia, hidesNotifications: true, seconds: nil, as: $0) }
        },
        "unmute(_:as:)": { s in { try await s.services.unmute(s.stage.mia, as: $0) } },
        "note(_:about:as:)": { s in { try await s.services.note("Gentille", about: s.stage.mia, as: $0) } },
        "endorse(_:_:as:)": { s in { try await s.services.endorse(s.stage.mia, false, as: $0) } },
        "dismissSuggestion(_:as:)": { s in { try await s.services.dismissSuggestion(s.stage.mia, as: $0) } },
    ]

    static let personal: [String: Preparation] = [
        "followTag(_:_:as:)": { s in { try await s.services.followTag("thé", true, as: $0) } },
        "featureTag(_:as:)": { s in { _ = try await s.services.featureTag("thé", as: $0) } },
        "unfeatureTag(_:as:)": { s in
            let tag = try await s.services.featureTag("thé", as: s.before)
            return { try await s.services.unfeatureTag(tag.id, as: $0) }
        },
        "unfeatureTag(named:as:)": { s in { try await s.services.unfeatureTag(named: "thé", as: $0) } },
        "makeList(titled:replies:isExclusive:as:)": { s in { _ = try await s.list(of: $0) } },
        "changeList(_:title:replies:isExclusive:as:)": { s in
            let id = try await s.list().id
            return {
                _ = try await s.services.changeList(id, title: "X", replies: nil, isExclusive: nil, as: $0)
            }
        },
        "deleteList(_:as:)": { s in
            let id = try await s.list().id
            return { try await s.services.deleteList(id, as: $0) }
        },
        "deleteList(_:as:) of somebody else": { s in
            let id = try await s.list(of: .member(try await s.stage.person())).id
            return { try await s.services.deleteList(id, as: $0) }
        },
        "add(_:to:as:)": { s in
            let id = try await s.list().id
            try await s.cafe.follow(s.stage.mia, by: s.account)
            return { try await s.services.add([s.stage.mia], to: id, as: $0) }
        },
        "remove(_:from:as:)": { s in
            let id = try await s.list().id
            return { try await s.services.remove([s.stage.mia], from: id, as: $0) }
        },
        "makeFilter(_:as:)": { s in { _ = try await s.filter(of: $0) } },
        "changeFilter(_:_:as:)": { s in
            let id = try await s.filter().id
            return { _ = try await s.services.changeFilter(id, Scene.filterDraft, as: $0) }
        },
        "changeFilter(_:_:as:) of somebody else": { s in
            let id = try await s.filter(of: .member(try await s.stage.person())).id
            return { _ = try await s.services.changeFilter(id, Scene.filterDraft, as: $0) }
        },
        "deleteFilter(_:as:)": { s in
            let id = try await s.filter().id
            return { try await s.services.deleteFilter(id, as: $0) }
        },
        "deleteFilter(_:as:) of somebody else": { s in
            let id = try await s.filter(of: .member(try await s.stage.person())).id
            return { try await s.services.deleteFilter(id, as: $0) }
        },
        "addKeyword(_:wholeWord:to:as:)": { s in
            let id = try await s.filter().id
            return { _ = try await s.services.addKeyword("café", wholeWord: true, to: id, as: $0) }
        },
        "changeKeyword(_:as:)": { s in
            let word = try #require(try await s.filter().keywords.first)
            return { try await s.services.changeKeyword(KeywordDraft(id: word.id, text: "eau"), as: $0) }
        },
        "addNamed(_:to:as:)": { s in
            let id = try await s.filter().id
            return { _ = try await s.services.addNamed(ID(s.stage.post.rawValue), to: id, as: $0) }
        },
        "removeNamed(_:as:)": { s in
            let id = try await s.filter().id
            let named = try await s.services.addNamed(ID(s.stage.post.rawValue), to: id, as: s.before)
            return { try await s.services.removeNamed(named.id, as: $0) }
        },
    ]
}
