//! Where the calls and the text messages of a carrier's number go, as the carrier has it set up.

/// What the carrier has set up for one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtCarrier<'a> {
    /// Asked when the number is called; empty when nobody is.
    pub voice_url: &'a str,
    /// It is asked by POST.
    pub voice_post: bool,
    /// Told about the ends of its calls; empty when nobody is.
    pub status_url: &'a str,
    /// Something else at the carrier, such as a trunk, has its calls, whatever the addresses say.
    pub passed_on: bool,
}

/// What the carrier has set up for the text messages to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagesAtCarrier<'a> {
    /// The number takes text messages at all.
    pub taken: bool,
    /// Told about each; empty when nobody is.
    pub url: &'a str,
    /// It is told by POST.
    pub post: bool,
    /// Something else at the carrier has them, whatever the address says.
    pub passed_on: bool,
}

/// Our own addresses for the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ours<'a> {
    pub voice_url: &'a str,
    pub status_url: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberRoute {
    /// Calls and the reports of their ends come to this server.
    Here,
    /// Calls come, but by another method, or the reports of their ends go elsewhere.
    HereInPart,
    /// Somebody else has the calls.
    Elsewhere,
    /// Nobody has them: callers hear the carrier's own announcement.
    Nowhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageRoute {
    Here,
    /// Somebody else is told.
    Elsewhere,
    /// Nobody is, or by a method that is not answered here.
    Nowhere,
    /// Nobody can write to this number.
    NotTaken,
}

/// Twilio fills the address of a new number with a demonstration of its own.
const DEMONSTRATIONS: [&str; 1] = ["demo.twilio.com/"];

/// How a number's calls go.
pub fn number_route(number: &AtCarrier<'_>, ours: &Ours<'_>) -> NumberRoute {
    let voice = plain(number.voice_url);
    if number.passed_on {
        return NumberRoute::Elsewhere;
    }
    if is_nobody(&voice) {
        return NumberRoute::Nowhere;
    }
    if voice != plain(ours.voice_url) {
        return NumberRoute::Elsewhere;
    }
    let whole = number.voice_post && plain(number.status_url) == plain(ours.status_url);
    if whole { NumberRoute::Here } else { NumberRoute::HereInPart }
}

/// Whom the number's text messages are told; `ours` is our own address for them.
pub fn message_route(number: &MessagesAtCarrier<'_>, ours: &str) -> MessageRoute {
    let url = plain(number.url);
    if !number.taken {
        return MessageRoute::NotTaken;
    }
    if number.passed_on {
        return MessageRoute::Elsewhere;
    }
    if is_nobody(&url) {
        return MessageRoute::Nowhere;
    }
    if url != plain(ours) {
        return MessageRoute::Elsewhere;
    }
    if number.post { MessageRoute::Here } else { MessageRoute::Nowhere }
}

/// No address, or the carrier's own demonstration.
fn is_nobody(plain: &str) -> bool {
    plain.is_empty() || DEMONSTRATIONS.iter().any(|host| without_scheme(plain).starts_with(host))
}

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// The address with scheme and host in small letters, without the scheme's own port and a slash at the end.
fn plain(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let own_port = if scheme == "http" { ":80" } else { ":443" };
    format!("{scheme}://{}{path}", host.strip_suffix(own_port).unwrap_or(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Ours<'_> =
        Ours { voice_url: "https://calls.example/webhooks/voice", status_url: "https://calls.example/webhooks/status" };

    fn number<'a>(voice_url: &'a str, status_url: &'a str) -> AtCarrier<'a> {
        AtCarrier { voice_url, voice_post: true, status_url, passed_on: false }
    }

    #[test]
    fn both_addresses_bring_a_number_here() {
        assert_eq!(number_route(&number(OURS.voice_url, OURS.status_url), &OURS), NumberRoute::Here);
        let otherwise = number("HTTPS://Calls.Example:443/webhooks/voice/", OURS.status_url);
        assert_eq!(number_route(&otherwise, &OURS), NumberRoute::Here, "written in another way");
    }

    #[test]
    fn without_the_reports_or_by_another_method_it_is_here_in_part() {
        assert_eq!(number_route(&number(OURS.voice_url, ""), &OURS), NumberRoute::HereInPart);
        let by_get = AtCarrier { voice_post: false, ..number(OURS.voice_url, OURS.status_url) };
        assert_eq!(number_route(&by_get, &OURS), NumberRoute::HereInPart);
    }

    #[test]
    fn another_address_path_or_trunk_is_somebody_else() {
        for voice in [
            "https://other.example/webhooks/voice",
            "https://calls.example/Webhooks/voice",
            "http://calls.example/webhooks/voice",
        ] {
            assert_eq!(number_route(&number(voice, OURS.status_url), &OURS), NumberRoute::Elsewhere, "{voice}");
        }
        let trunk = AtCarrier { passed_on: true, ..number(OURS.voice_url, OURS.status_url) };
        assert_eq!(number_route(&trunk, &OURS), NumberRoute::Elsewhere);
    }

    #[test]
    fn no_address_and_the_carriers_demonstration_are_nobody() {
        for voice in ["", "  ", "https://demo.twilio.com/welcome/voice/"] {
            assert_eq!(number_route(&number(voice, ""), &OURS), NumberRoute::Nowhere, "{voice}");
        }
    }

    const MESSAGES: &str = "https://calls.example/webhooks/message";

    fn messages(url: &str) -> MessagesAtCarrier<'_> {
        MessagesAtCarrier { taken: true, url, post: true, passed_on: false }
    }

    #[test]
    fn text_messages_are_here_elsewhere_or_with_nobody() {
        for (number, route) in [
            (messages(MESSAGES), MessageRoute::Here),
            (messages("HTTPS://Calls.Example:443/webhooks/message/"), MessageRoute::Here),
            (messages("https://other.example/sms"), MessageRoute::Elsewhere),
            (MessagesAtCarrier { passed_on: true, ..messages(MESSAGES) }, MessageRoute::Elsewhere),
            (messages(" "), MessageRoute::Nowhere),
            (messages("https://demo.twilio.com/welcome/sms/reply"), MessageRoute::Nowhere),
            (MessagesAtCarrier { post: false, ..messages(MESSAGES) }, MessageRoute::Nowhere),
            (MessagesAtCarrier { taken: false, ..messages("https://other.example/sms") }, MessageRoute::NotTaken),
        ] {
            assert_eq!(message_route(&number, MESSAGES), route, "{number:?}");
        }
    }
}
