// SPDX-License-Identifier: Apache-2.0

/// The keys of all texts. Every language has a text for each.
enum Phrase: String, CaseIterable, Sendable {
    // pages
    case skip, mainNavigation, aside, corner, home, events, discussions, members, networks, myEvents, groups, about
    case settings, moderation, signIn, signUp, signOut, menuOf, print, printHint, recommend, recommendByMail
    case recommendByAddress, feed, calendar, filter, back, backHome, older, restOfList, optional, cancel, save, edit,
        delete
    case accept, refuse, from, seeAtOrigin
    // search
    case search, searchWords, peopleAndGroups, saidAndPlanned, nothingFound, nothingFoundInvite, searchNeedsAccount
    // home
    case helloName, nextEvent, myNextEvent, seeAndCome, seeEvent, questionWaits, latestTalks, allTalks, laterEvents
    case wholeAgenda, howToJoin, howToJoinText, howToFollow, newcomers, newcomersHint, helpers, helpersHint, yourTurn
    // discussions
    case writePost, everything, whatIFollow, whereIAmNamed, discussion, noTalks, noTalksInvite, noTagged
    case noTaggedInvite, pictureOnly, picture, file, sharedBy, awaitsAnswer, answerCount, lastAnswer, whoAnswered
    case earlierAnswers, laterAnswers
    case whoTalks, subjects, postBy, wasEdited, answer, answerTo, answerToName,
        answerWhole, yourAnswer, sendAnswer
    case answerNeedsAccount, answerFromElsewhere, thank, thanked, recommendPost, recommended, visibleUnlisted
    case visibleFollowers, visibleDirect, deleteExplained, deleteForGood, postTitle, postText, textHint, postGroup
    case noGroup, whoReads, forEveryone, forUnlisted, forFollowers, forNamed, publish, publicHint, editPost
    case addPoll, pollHint, pollAnswer, pollLength, pollDays, pollMultiple, pollMultipleHint, pollYours, pollVote,
        pollVotes, pollVoters, pollEnds, pollEnded
    case addPictures, picturesHint, pictureField, pictureWords
    case groupsIntro, newGroup, groupTitle, groupName, nameHint, groupSummary, groupApproves, groupApprovesHint
    case foundGroup, editGroup, writeHere, upcomingEvents, followFromElsewhere, followFromElsewhereText
    case followedNetworks, whoRunsIt, joinGroup, leaveGroup, followGroup, follow, unfollow, followRequested, withdraw
    // events
    case upcoming, past, planEvent, eventsIntro, noEvents, noEventsInvite, noPast, noPastInvite, noMine, noMineInvite
    case moreEvents, keepUp, keepUpCalendar, keepUpFollow, addToCalendar, placeUnknown, online, alsoOnline
    case seatsLeft, fullHouse, waitingCount, comingCount, whoComes, nobodyYet, attendeesHint, allAttendees, statePast,
        stateRescheduled
    case statePostponed, stateCancelled, stateTentative, wasPlannedFor, timeOf, youGo, youWait, youAsked, willYouCome
    case iCome, joinQueue, dontCome, youHaveASeat, yourPlace, queueHint, askedHint, declinedHint, cancelledHint
    case postponedHint, eventIsOver, joinElsewhere, signUpThere, comeFromElsewhere, whoSeesYou, whoSeesYouThere
    case meetOnline, aroundEvent, aroundEventEmpty, yourComment, sendComment, whereIsIt, openMap, whoInvites
    case manageEvent, manageTitle, backToEvent, guestList, waitingList, printSheet, repeatEvent, posterCode, changeEvent
    case changeHint, saveAndTell, postponeEvent, postponeExplained, postponeNow, cancelEvent, cancelExplained
    case cancelNow, eventGroup, noGroupToPlan, eventTitle, eventStart, eventEnd, eventText, eventTextHint, eventPlace
    case placeName, placeStreet, placePostalCode, placeTown, eventOnline, eventOnlineHint, eventSeats, eventSeatsHint
    case announceEvent, unanswered, unansweredHint, interestedCount, sharedCount, eventTopics, spanWholeDays
    case followedGroup
    case eventIsOff, eventIsPutOff, seatKept, waitKept, hadSeatsCount, nobodyCame, organizerComes
    case organizerComesHint
    // people
    case theirWords, nothingSaidYet, introduceYourself, editProfile, hasMoved, personOf, groupOf, suspend
    case suspendExplained, suspendNow, membersIntro, membersIntroStranger, noMembers, noMembersInvite, inviteSomebody
    case inviteText, makeInvitation, inviteReady, networksIntro, noNetworks, noNetworksInvite, followedBy
    case followedByMe, followNetwork, handleField, handleHint, followAs, asMyself, askToFollow, openTitle, openField
    case openHint, openHere, beFollowed, beFollowedText, whatFlows, whatFlowsText
    // signing in
    case email, emailHint, nameOrEmail, password, passwordHint, byLink, byLinkText, sendLink, byPassword, comeIn
    case noAccountYet, linkSent, linkSentText, linkSentHint, welcomeBack, linkConfirm, linkOld, linkOldText
    case askNewLink, signUpIntro, signUpClosed, askToJoin, displayName, displayNameHint, userName, signUpNote
    case signUpIntroWaits, invitedBy, invitedHere, signUpNoteHint, invitation, invitationHint, signUpPrivacy, signedUp,
        signedUpText, signUpWaits
    case signUpWaitsText
    // settings
    case profile, aboutYou, aboutYouHint, discoverable, discoverableHint, approvesFollowers, approvesFollowersHint
    case languageField, asBrowser, currentPassword, newPassword, newPasswordHint, changePassword
    // apps
    case appAsks, appAsksText, appWebsite, appMay, appAllow, appDeny, appHint, actAs, actsAs, asGroup, notYou
    case otherAccount, scopeRead, scopeWrite, scopeFollow, scopePush, scopeProfile, scopeReadParts, scopeWriteParts
    case scopeAreas, scopeAdmin, codeTitle, codeText, codeLabel, codeHint, appProblem, appUnknown, appRedirect
    case appScopes, appRequest, appProblemHint, connectedApps, connectedAppsText, noApps, ownToken, appUsed, appRevoke
    case noticeAppRevoked, noticeAppRefused
    case profilePictures, avatarField, avatarHint, headerField, headerHint, removeAvatar, removeHeader
    // moderation
    case waitingSignUps, nobodyWaits, approve, openReports, noReports, reportedBy, resolve, hosts, host, hostHint
    case silentHosts, silentHostsHint, noSilentHosts, silentSince, acceptsAgain, waitingDeliveries, givenUpDeliveries
    case tryAgain, noticeRetried
    case noPolicies, policyField, policyNote, policyUnset, policyAllowed, policyLimited, policyBlocked
    // notifications
    case news, newsDot, newsNone, newsNoneInvite, toldMention, toldStatus, toldEvent, toldReblog, toldEventReblog
    case toldFollow, toldFollowRequest, toldFavourite, toldInterest, toldInvitation, toldPoll, toldEventBegins,
        toldUpdate
    case toldEventUpdate, toldQuote, toldSignUp, toldReport, announced, putAway, announceToAll, announceText
    case toldEventCancelled, toldEventPostponed, toldEventMoved, toldWasPlanned, toldNowPlanned, toldMoved, toldSeat
    case toldJoin, toldWait, toldLeave, toldFull, toldGroupRequest
    case announceHint, announceWhich, announceNoEvent, announceNow, noneAnnounced, withdrawAnnouncement
    // keeping, reporting, keeping a distance, leaving
    case kept, keptIntro, keptNone, keptNoneInvite, keep, isKept, report, reportIntro, reportKind, reportOther
    case reportViolation, reportSpam, reportLegal, reportComment, reportCommentHint, reportForward, reportForwardHint
    case reportSend, distance, distanceIntro, mutedPeople, blockedPeople, nobodyHere, keepDistance, mute, unmute
    case muteHint, block, unblock, blockExplained, blockNow, leaveCafe, leaveIntro, leaveWords, leaveSeats
    case leaveElsewhere, leaveEvents, leaveName, leaveNow, noticeKept, noticeReleased, noticeReported, noticeMuted
    case noticeUnmuted, noticeBlocked, noticeUnblocked, noticeRestored, problemOwnName, problemLastSteward
    case groupFollows, groupAsked
    // moderation, continued
    case groupRequests, heldHosts, heldHostsHint, heldCount, letHostIn, shutOut, reportedThing, reportedGone
    case reportOnItsWay, reportTaken, reportNotTaken
    case suspendedNow
    case nobodySuspended, restore, moderationLog, logEmpty, logShow, logByOperator, deedApproved, deedRefused
    case deedResolved, deedSuspended, deedRestored, deedDeletedPost, deedRole, deedHostUnset, deedHostAllowed
    case deedHostLimited, deedHostBlocked, roleMember, roleModerator, roleSteward
    // e-mails
    case mailTitle, mailWorks, mailFolder, mailAway, mailRefused, mailNoneWaits, mailWaiting, mailFailed
    case mailNoneFailed, mailFailedHint, mailRetry, mailDrop, mailAddresses, mailNoAddresses, mailAddressesHint
    case mailAllow, mailNotReached, mailChoices, mailChoicesHint, mailOff, mailOffText, mailOffNow, mailIsOff
    case mailIsOffText, mailQueued
    // about
    case aboutTitle, aboutMembers, aboutEvents, registrationOpen, registrationApproval, registrationInvitation
    case registrationClosed, yourWords, privacyPublic, privacyShown, privacyPages, software, softwareText
    // flash messages
    case noticePublished, noticeEdited, noticeDeleted, noticeThanked, noticeUnthanked, noticeRecommended
    case noticeUnrecommended, noticePlanned, noticeChanged, noticePostponed, noticeCancelled, noticeGoing
    case noticeWaiting, noticeAsked, noticeLeft, noticeFollowed, noticeRequested, noticeUnfollowed, noticeAnswered
    case noticeFounded, noticeVoted, noticeSaved, noticePassword, noticeApproved, noticeRefused, noticeResolved
    case noticeEntered, noticeAskedGroup, noticeAskedHere, noticeLeftGroup, groupAsks, askToEnter
    case noticeWelcome, noticeGoodbye, noticeAnnounced, noticeWithdrawn
    // form errors
    case problemsTitle, problemsKept, problemMissing, problemTooLong, problemTooShort, problemTaken, problemName
    case problemAddress, problemDate, problemZone, problemPast, problemBeforeStart, problemTooFar, problemNumber
    case problemNameless
    case problemHandle, problemNotFound, problemHost, problemInvitation, problemPassword, problemWaits, problemLanguage
    case problemGroup, problemEventOff, problemElsewhere, problemUnreachable, problemTooMany, problemBusy, problemClosed
    case problemVoted, problemPollOver, problemChoice, problemOwnPoll, problemQuote, problemScheduled
    case problemFileKind, problemFileLarge, problemFileBroken, problemFileSoon, problemOther
    // running a group
    case takeOut, takeOutExplained, takeOutReason, takeOutReasonHint, takeOutHow, takeOutForGood, takeOutToWait
    case banField, banNone, banDay, banWeek, banMonth, banAlways, closeTalk, openTalk, talkClosed, heldPosts
    case heldPostsHint, outsidePosts, letIn, leaveOut, bannedPeople, bannedUntil, unban, noticeTakenOut, noticeLetIn
    case noticeTalkClosed, noticeTalkOpen, problemLocked, problemBanned, problemRunsGroup
    // errors
    case errorNumber, errorNotFound, errorNotFoundText, errorForm, errorFormText, errorConflict, errorConflictText
    case errorEventText, errorTooMany, errorTooManyText, errorTooLarge, errorTooLargeText, errorMethod
    case errorMethodText, errorRequest, errorRequestText, errorElsewhere, errorElsewhereText, errorInternal
    case errorInternalText, errorUnavailable, errorUnavailableText
    // without a mail server
    case noMailHere, askSteward, forgottenByLink, forgottenAskSteward, emailHintWithoutMail, passwordHintWithoutMail
    case signUpWaitsWithoutMail, noticeApprovedWithoutMail
    // forms, groups and lists
    case staleForm, staleFormText, yourTextHere, eventEndHint, eventZone, eventZoneHint, groupAgenda, pastEvents
    case whoBelongs, groupMemberCount, allMembers, membersOfGroup, backToStart, howItWorks
    // taking along
    case exportMine, exportFirst, exportWithoutDirect
    // the page of the stewards
    case house, houseIntro, houseWords, houseName, houseTagline, houseRegistration, houseAsFile, houseEmpty
    case houseDiffers, houseAbout, houseAboutHint, houseRules, houseRulesHint, houseWelcome
    case houseWelcomeHint, houseRoles, houseRolesText, houseMember, houseMemberHint, houseRole, ourRules
    case readRules, firstSteps, stepYourself, stepHouse, stepRules, stepInvite, stepEvent, welcomeHere
    // times
    case justNow, minutesAgo, hoursAgo, yesterday, lastWeekday, onDate, today, tomorrow, inDays, dayAtTime, spanOneDay
    case spanDays, weekdays, weekdaysShort, months, monthsShort
}
