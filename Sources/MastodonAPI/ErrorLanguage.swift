// SPDX-License-Identifier: Apache-2.0

internal import Services

/// The language of error messages: apps show many of them to people.
enum ErrorLanguage: String, Sendable {
    case english = "en"
    case french = "fr"

    /// Chooses the language that `Accept-Language` prefers; English when it names neither.
    ///
    /// Spec: RFC 9110 §12.5.4.
    init(preferredBy header: String?) {
        var best: (language: Self, weight: Double)?
        for range in (header ?? "").prefix(500).split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let tag = parts.first?.split(separator: "-").first, let language = Self(rawValue: String(tag)) else {
                continue
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if weight > 0, weight > best?.weight ?? 0 { best = (language, weight) }
        }
        self = best?.language ?? .english
    }

    /// The message of an error.
    func text(of error: APIError) -> String {
        guard self == .french, case .invalid(let problems) = error else { return translated(error.text) }
        let sentences = problems.map { problem in
            "\(translated(APIError.name(problem.field))) \(translated(problem.text))"
        }
        return "La validation a échoué : " + sentences.joined(separator: ", ")
    }

    /// The text in this language; unchanged when there is no translation.
    func translated(_ text: String) -> String {
        self == .french ? Self.translations[text] ?? text : text
    }

    private static let translations: [String: String] = [
        "The access token is invalid": "Le jeton d’accès n’est pas valable",
        "This action is outside the authorized scopes": "Cette action n’est pas permise à cette application",
        "This method requires an authenticated user": "Il faut être connecté pour cela",
        "Your login is currently pending approval": "Ton inscription attend d’être acceptée",
        "Record not found": "Introuvable",
        "This action is not allowed": "Cette action n’est pas permise",
        "Too many requests": "Trop de demandes, réessaie un peu plus tard",
        "The server is busy, try again in a few seconds": "Le serveur est occupé, réessaie dans quelques secondes",
        "An event can only be boosted for everybody": "Un événement ne se recommande qu’à tout le monde",
        "Translation is not available on this server": "Ce serveur ne traduit pas",
        "Cannot attach files that have not finished processing. Try again in a moment!":
            "Les fichiers sont encore en préparation, réessaie dans un instant",
        "Validation failed: You have already voted on this poll": "Tu as déjà répondu à ce sondage",
        "Validation failed: The poll has already ended": "Le sondage est terminé",
        "Validation failed: The chosen vote option does not exist": "Cette réponse n’existe pas",
        "Validation failed: You cannot vote in your own polls": "On ne répond pas à son propre sondage",
        "Validation failed: You are not allowed to quote this post": "Tu ne peux pas citer ce message",
        "Validation failed: You have exceeded the limit of scheduled posts": "Trop de messages sont déjà programmés",
        "Registrations are closed": "Les inscriptions sont fermées",
        "Validation failed: File can't be blank": "Il manque le fichier",
        // Fields.
        "Text": "Le texte", "Spoiler text": "L’avertissement", "Username": "Le nom", "Email": "L’adresse e-mail",
        "Password": "Le mot de passe", "Reason": "La raison", "Note": "La présentation", "Media": "Les fichiers",
        "File": "Le fichier", "Poll": "Le sondage", "Visibility": "La visibilité", "Language": "La langue",
        "Display name": "Le nom affiché", "Fields": "Les champs", "Scheduled at": "La date de publication",
        "Description": "La description", "Title": "Le titre",
        // Problems.
        "can't be blank": "ne peut pas être vide", "is too long": "est trop long", "is too short": "est trop court",
        "is too short (minimum is \(SignUp.passwordLength) characters)":
            "est trop court (au moins \(SignUp.passwordLength) caractères)",
        "The file is too large": "Le fichier est trop gros", "The request is too large": "La demande est trop grande",
        "has already been taken": "est déjà pris", "is reserved": "est réservé", "must be accepted": "à accepter",
        "does not reference valid rules": "ne renvoie pas à des règles valables",
        "must be in the future": "doit être dans le futur", "is invalid": "n’est pas valable",
        "is not included in the list": "n’est pas une valeur connue", "is too large": "est trop gros",
        "has too many pixels": "a trop de pixels", "takes too long to be converted": "est trop long à convertir",
        "is of a type that is not supported": "est d’un type qui n’est pas pris en charge",
        "cannot be read": "est illisible", "are too many": "sont trop nombreux",
        "cannot be a video or a sound together with other files":
            "ne peuvent pas mêler une vidéo ou un son à d’autres fichiers",
        "is too far in the future": "est trop loin dans le futur",
    ]
}
