// SPDX-License-Identifier: Apache-2.0

/// All commands of Services and who may call each. A command that is missing here fails a test.
///
/// The letters: `s` a remote account, `x` a suspended steward, `p` a steward who waits for approval, `m` a member, `g`
/// a member who runs the group of the command, `M` a moderator, `S` a steward, `O` the operator, `G` a member in the
/// name of a group that they run, `L` the same after the role was removed. The words after a command distinguish two
/// cases.
enum AuthorizationTable {
    static let rows: [(who: String, commands: [String])] = rights.map { right in
        (right.who, names(right.commands).sorted())
    }

    private static let rights: [(who: String, commands: String)] = [
        // The account's own things. The account is a person or a group.
        (
            "mgMSG",
            """
            changeProfile(_:as:), setPicture(_:_:as:), removePicture(_:as:), ownProfile(as:),
            uploadMedia(_:as:patience:), editMedia(_:_:as:), deleteMedia(_:as:), publishPost(_:as:),
            editPost(_:title:text:as:), editPost(_:_:as:), pin(_:_:as:), schedulePost(_:at:as:),
            reschedulePost(_:to:as:), unschedulePost(_:as:), likePost(_:as:), unlikePost(_:as:), favourite(_:as:),
            unfavourite(_:as:), boostPost(_:to:as:), unboostPost(_:as:), boostEvent(_:to:as:),
            unboostEvent(_:as:), bookmark(_:as:), unbookmark(_:as:), muteThread(_:_:as:), vote(_:on:as:), revokeQuote(of:in:as:), setQuotePolicy(_:of:as:), follow(_:as:),
            follow(handle:as:), unfollow(_:as:), tuneFollow(_:showsBoosts:notifies:as:), removeFollower(_:as:),
            answerFollowRequest(from:to:accept:as:), block(_:as:), unblock(_:as:), blockHost(_:as:), unblockHost(_:as:),
            mute(_:hidesNotifications:seconds:as:), unmute(_:as:), note(_:about:as:), endorse(_:_:as:),
            dismissSuggestion(_:as:), followTag(_:_:as:), featureTag(_:as:), unfeatureTag(_:as:),
            unfeatureTag(named:as:), makeList(titled:replies:isExclusive:as:),
            changeList(_:title:replies:isExclusive:as:), deleteList(_:as:), add(_:to:as:), remove(_:from:as:),
            makeFilter(_:as:), changeFilter(_:_:as:), deleteFilter(_:as:), addKeyword(_:wholeWord:to:as:),
            changeKeyword(_:as:), addNamed(_:to:as:), removeNamed(_:as:), dismissNotification(_:as:),
            dismissNotificationGroup(_:as:), clearNotifications(as:), setMarkers(_:as:), seeNotifications(upTo:as:),
            changeNotificationPolicy(as:_:), answerNotificationRequests(_:accept:as:), setConversation(_:unread:as:),
            removeConversation(_:as:), receivePushes(_:as:), changePushes(alerts:policy:as:), endPushes(as:),
            authorizeApp(_:as:), dismissAnnouncement(_:as:), react(_:to:as:), unreact(_:to:as:), report(_:as:),
            changeEvent(_:_:as:) of one's own
            """
        ),
        // Commands for a person only: a group has no seat, no password and no settings.
        (
            "mgMS",
            """
            editProfile(_:as:), leaveCommunity(name:password:as:), changePassword(_:current:as:), revokeToken(_:as:), joinEvent(_:as:), leaveEvent(_:as:),
            sendRSVP(_:_:as:), planEvent(_:as:), chooseMails(_:as:)
            """
        ),
        ("p", "resendConfirmation(as:email:)"),
        ("mgMSO", "invite(as:)"),
        ("mgMSGO", "deletePost(_:withMedia:as:), account(named:as:), lookUp(_:as:)"),
        // Commands on a group.
        (
            "gMSGO",
            """
            editGroup(_:title:summary:as:), answerFollowRequest(from:to:accept:as:) for a group,
            removeFromGroup(_:reason:isHeld:ban:as:), returnToGroup(_:_:as:), refusePost(_:_:as:),
            lockDiscussion(_:_:as:), ban(_:from:_:reason:as:), unban(_:from:as:)
            """
        ),
        ("gMSG", "changeEvent(_:_:as:), postponeEvent(_:as:), cancelEvent(_:as:)"),
        ("gMS", "planEvent(_:as:) where one is no follower"),
        // Moderation: only of members with less power.
        (
            "MSO",
            """
            approveSignUp(_:as:), refuseSignUp(_:as:), createGroup(_:as:), resolveReport(_:as:),
            setPolicy(_:host:note:as:), retryDeliveries(to:as:), importPolicies(_:isTrial:as:), suspend(_:_:as:),
            suspend(_:_:as:) a group,
            deletePost(_:withMedia:as:) of somebody else
            """
        ),
        (
            "SO",
            """
            changeCommunity(_:as:), suspend(_:_:as:) a moderator, setRole(_:_:as:), setRole(_:_:as:) of a steward, deleteAccount(_:as:progress:),
            deleteAccount(_:as:progress:) a moderator, withdrawAnnouncement(_:as:),
            allowMail(to:as:), suppressMail(to:as:), retryMail(_:as:), dropMail(_:as:)
            """
        ),
        ("S", "announceToAll(_:event:as:)"),
        // The command line.
        (
            "O",
            """
            createAccount(_:role:as:), makeToken(_:app:account:person:as:), makeSignInLink(for:as:),
            resetPassword(of:as:), recordBounce(of:isAboutAddress:detail:as:), suspend(_:_:as:) a steward, deleteAccount(_:as:progress:) a steward
            """
        ),
        // Things of another owner, and things that the account may not read: nobody may do this.
        (
            "",
            """
            suspend(_:_:as:) the node, editPost(_:_:as:) of somebody else, pin(_:_:as:) of somebody else,
            setQuotePolicy(_:of:as:) of somebody else, unschedulePost(_:as:) of somebody else,
            deleteMedia(_:as:) of somebody else, editMedia(_:_:as:) of somebody else,
            deleteFilter(_:as:) of somebody else, changeFilter(_:_:as:) of somebody else,
            deleteList(_:as:) of somebody else, revokeToken(_:as:) of somebody else, favourite(_:as:) what is hidden,
            bookmark(_:as:) what is hidden, muteThread(_:_:as:) what is hidden, boostPost(_:to:as:) what is hidden,
            boostEvent(_:to:as:) what is hidden,
            joinEvent(_:as:) what is hidden, vote(_:on:as:) what is hidden
            """
        ),
    ]

    /// Entry points: a password, a link, a code, a token or a session proves who acts.
    static let entrances = names(
        """
        register(_:from:), register(_:through:from:), signIn(name:password:from:),
        sendSignInLink(email:language:next:from:), useSignInLink(_:), session(_:), signOut(_:), registerApp(_:from:),
        giveToken(_:), switchOffMail(by:), switchedKind(by:), revokeToken(_:clientID:clientSecret:), identity(ofToken:)
        """)

    /// Tasks of the node itself, which no principal starts.
    static let duties = names(
        """
        prepareNode(), readCommunity(), finishDeletions(), finishSuspensions(), finishMoves(), publishDuePosts(),
        publishDuePosts(_:), endPolls(), tellPollCounts(), tellBeginnings(), tellByMail(),
        tellBatches(), isStillTrue(_:in:), text(for:)
        """)

    /// The rules themselves, for the buttons of pages.
    static let questions = names(
        """
        mayModerate(_:), mayRun(_:_:in:), writable(_:by:in:), groupsRun(by:in:), mayChangeEvent(_:as:), maySuspend(_:_:in:)
        """)

    /// Reads. They change nothing, and the caller names whose things are read.
    static let reads = names(
        """
        profileSource(of:), mailChoices(of:), authorizationQuestion(_:of:), connectedApps(of:), app(_:), filters(of:),
        filter(withKeyword:of:), filter(withNamed:of:), followsBetween(_:andHost:), list(_:of:), lists(of:),
        media(_:of:patience:), address(ofMedia:), pushKey(), source(of:by:), source(of:readBy:), settledID(isUpward:), waitingPost(_:of:),
        waitingPosts(of:_:), moment(_:), formToken(session:), foldedTag(_:), tags(_:viewer:), search(_:as:),
        scheme(of:), webOrigin(of:), isAllowed(_:), invitation(_:)
        """)

    private static func names(_ text: String) -> Set<String> {
        Set(text.split(separator: /,\s+/).map(String.init))
    }
}
