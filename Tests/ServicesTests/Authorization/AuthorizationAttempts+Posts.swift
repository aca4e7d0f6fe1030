// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Vocabulary

extension AuthorizationAttempts {
    static let posts: [String: Preparation] = [
        "uploadMedia(_:as:patience:)": { s in { _ = try await s.picture(of: $0) } },
        "editMedia(_:_:as:)": { s in
            let id = try await s.picture()
            return { _ = try await s.services.editMedia(id, MediaEdit(description: "Vu"), as: $0) }
        },
        "editMedia(_:_:as:) of somebody else": { s in
            { _ = try await s.services.editMedia(s.stage.picture, MediaEdit(description: "Vu"), as: $0) }
        },
        "deleteMedia(_:as:)": { s in
            let id = try await s.picture()
            return { try await s.services.deleteMedia(id, as: $0) }
        },
        "deleteMedia(_:as:) of somebody else": { s in
            { try await s.services.deleteMedia(s.stage.picture, as: $0) }
        },
        "publishPost(_:as:)": { s in { _ = try await s.services.publishPost(PostDraft(text: "Hé"), as: $0) } },
        "editPost(_:title:text:as:)": { s in
            let id = try await s.ownPost()
            return { try await s.services.editPost(id, title: "", text: "Ho", as: $0) }
        },
        "editPost(_:_:as:)": { s in
            let id = try await s.ownPost()
            return { try await s.services.editPost(id, PostChange(), as: $0) }
        },
        "editPost(_:_:as:) of somebody else": { s in
            { try await s.services.editPost(s.stage.post, PostChange(), as: $0) }
        },
        "deletePost(_:withMedia:as:)": { s in
            let id = try await s.ownPost()
            return { try await s.services.deletePost(id, as: $0) }
        },
        "deletePost(_:withMedia:as:) of somebody else": { s in
            let id = try await s.services.publishPost(PostDraft(text: "Spam"), as: .member(try await s.stage.person()))
            return { try await s.services.deletePost(id, as: $0) }
        },
        "pin(_:_:as:)": { s in
            let id = try await s.ownPost()
            return { try await s.services.pin(.post(id), true, as: $0) }
        },
        "pin(_:_:as:) of somebody else": { s in { try await s.services.pin(.post(s.stage.post), true, as: $0) } },
        "schedulePost(_:at:as:)": { s in
            {
                _ = try await s.services.schedulePost(
                    PostDraft(text: "Plus tard"), at: s.cafe.clock.now + .hours(1), as: $0)
            }
        },
        "reschedulePost(_:to:as:)": { s in
            let time = s.cafe.clock.now + .hours(1)
            let id = try await s.services.schedulePost(PostDraft(text: "Plus tard"), at: time, as: s.before)
            return { try await s.services.reschedulePost(id, to: time + .hours(1), as: $0) }
        },
        "unschedulePost(_:as:)": { s in
            let time = s.cafe.clock.now + .hours(1)
            let id = try await s.services.schedulePost(PostDraft(text: "Plus tard"), at: time, as: s.before)
            return { try await s.services.unschedulePost(id, as: $0) }
        },
        "unschedulePost(_:as:) of somebody else": { s in
            let other: Principal = .member(try await s.stage.person())
            let time = s.cafe.clock.now + .hours(1)
            let id = try await s.services.schedulePost(PostDraft(text: "Plus tard"), at: time, as: other)
            return { try await s.services.unschedulePost(id, as: $0) }
        },
        "likePost(_:as:)": { s in { try await s.services.likePost(s.stage.post, as: $0) } },
        "unlikePost(_:as:)": { s in { try await s.services.unlikePost(s.stage.post, as: $0) } },
        "favourite(_:as:)": { s in
            let event = try await s.event()
            return { try await s.services.favourite(.event(event), as: $0) }
        },
        "favourite(_:as:) what is hidden": { s in
            let event = try await s.hiddenEvent()
            return { try await s.services.favourite(.event(event), as: $0) }
        },
        "unfavourite(_:as:)": { s in
            let event = try await s.event()
            try await s.services.favourite(.event(event), as: s.before)
            return { try await s.services.unfavourite(.event(event), as: $0) }
        },
        "boostPost(_:to:as:)": { s in { try await s.services.boostPost(s.stage.post, as: $0) } },
        "boostPost(_:to:as:) what is hidden": { s in
            let post = try await s.hiddenPost()
            return { try await s.services.boostPost(post, as: $0) }
        },
        "boostEvent(_:to:as:)": { s in
            let event = try await s.event()
            return { try await s.services.boostEvent(event, as: $0) }
        },
        "boostEvent(_:to:as:) what is hidden": { s in
            let event = try await s.hiddenEvent()
            return { try await s.services.boostEvent(event, as: $0) }
        },
        "unboostEvent(_:as:)": { s in
            let event = try await s.event()
            return { try await s.services.unboostEvent(event, as: $0) }
        },
        "unboostPost(_:as:)": { s in { try await s.services.unboostPost(s.stage.post, as: $0) } },
        "bookmark(_:as:)": { s in { try await s.services.bookmark(.post(s.stage.post), as: $0) } },
        "bookmark(_:as:) what is hidden": { s in
            let event = try await s.hiddenEvent()
            return { try await s.services.bookmark(.event(event), as: $0) }
        },
        "unbookmark(_:as:)": { s in { try await s.services.unbookmark(.post(s.stage.post), as: $0) } },
        "muteThread(_:_:as:)": { s in { try await s.services.muteThread(.post(s.stage.post), true, as: $0) } },
        "muteThread(_:_:as:) what is hidden": { s in
            let post = try await s.hiddenPost()
            return { try await s.services.muteThread(.post(post), true, as: $0) }
        },
        "vote(_:on:as:)": { s in
            let post = try await s.poll()
            return { try await s.services.vote([0], on: post, as: $0) }
        },
        "vote(_:on:as:) what is hidden": { s in
            let post = try await s.hiddenPost(poll: Scene.question)
            return { try await s.services.vote([0], on: post, as: $0) }
        },
        "revokeQuote(of:in:as:)": { s in
            let own = try await s.ownPost()
            var draft = PostDraft(text: "Bien dit")
            draft.quoted = own
            let quoting = try await s.services.publishPost(draft, as: .member(try await s.stage.person()))
            return { try await s.services.revokeQuote(of: own, in: quoting, as: $0) }
        },
        "setQuotePolicy(_:of:as:)": { s in
            let own = try await s.ownPost()
            return { try await s.services.setQuotePolicy(.nobody, of: own, as: $0) }
        },
        "setQuotePolicy(_:of:as:) of somebody else": { s in
            { try await s.services.setQuotePolicy(.nobody, of: s.stage.post, as: $0) }
        },
    ]

    static let events: [String: Preparation] = [
        "planEvent(_:as:)": { s in
            try await s.cafe.follow(s.group, by: s.person)
            return { _ = try await s.services.planEvent(s.evening(), as: $0) }
        },
        "planEvent(_:as:) where one is no follower": { s in
            { principal in
                do {
                    _ = try await s.services.planEvent(s.evening(), as: principal)
                } catch ServiceError.conflict("not_in_group") {
                    throw ServiceError.notAllowed
                }
            }
        },
        "changeEvent(_:_:as:)": { s in
            let id = try await s.event()
            return { try await s.services.changeEvent(id, s.evening(), as: $0) }
        },
        "changeEvent(_:_:as:) of one's own": { s in
            try await s.cafe.follow(s.group, by: s.person)
            let id = try await s.services.planEvent(s.evening(), as: .member(s.person))
            return { try await s.services.changeEvent(id, s.evening(), as: $0) }
        },
        "postponeEvent(_:as:)": { s in
            let id = try await s.event()
            return { try await s.services.postponeEvent(id, as: $0) }
        },
        "cancelEvent(_:as:)": { s in
            let id = try await s.event()
            return { try await s.services.cancelEvent(id, as: $0) }
        },
        "joinEvent(_:as:)": { s in
            let id = try await s.event()
            return { try await s.services.joinEvent(id, as: $0) }
        },
        "joinEvent(_:as:) what is hidden": { s in
            let id = try await s.hiddenEvent()
            return { try await s.services.joinEvent(id, as: $0) }
        },
        "leaveEvent(_:as:)": { s in
            let id = try await s.event()
            try await s.services.joinEvent(id, as: .member(s.person))
            return { try await s.services.leaveEvent(id, as: $0) }
        },
        "sendRSVP(_:_:as:)": { s in
            let id = try await s.event()
            return { try await s.services.sendRSVP(id, .yes, as: $0) }
        },
    ]
}
