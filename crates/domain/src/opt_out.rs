//! By what people say that they do not want to be contacted: a word in a message, a key of the telephone.

use crate::consent::Channel;

/// What a message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more messages of this channel.
    Stop,
    /// Nothing at all any more, calls among it.
    StopAll,
    /// Messages of this channel are welcome again.
    Start,
}

/// The words of carriers (<https://help.twilio.com/articles/223134027>) and those of the people of India, in Devanagari and as
/// they are typed in Latin letters.
const STOP: [&str; 22] = [
    "stop",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "opt out",
    "revoke",
    "stop messages",
    "band karo",
    "band kro",
    "band kar do",
    "roko",
    "mat bhejo",
    "message mat bhejo",
    "रोको",
    "रोकें",
    "रोक दो",
    "बंद करो",
    "बंद करें",
    "बंद",
    "मत भेजो",
];
const STOP_ALL: [&str; 11] = [
    "stopall",
    "stop all",
    "stop calling",
    "do not call",
    "dnd",
    "call mat karo",
    "phone mat karo",
    "कॉल मत करो",
    "फ़ोन मत करो",
    "फोन मत करो",
    "सब बंद करो",
];
const START: [&str; 6] = ["start", "unstop", "subscribe", "shuru karo", "शुरू करो", "शुरू करें"];

/// Reads a whole message; a word within a sentence asks for nothing, since people write "do not stop" too.
pub fn wish_of(text: &str) -> Option<Wish> {
    let plain = plain(text);
    let is = |words: &[&str]| words.iter().any(|word| self::plain(word) == plain);
    if is(&STOP_ALL) {
        Some(Wish::StopAll)
    } else if is(&STOP) {
        Some(Wish::Stop)
    } else if is(&START) {
        Some(Wish::Start)
    } else {
        None
    }
}

/// Without capitals, punctuation and doubled spaces. The nukta is left out, since many write without it, whether it is a sign of
/// its own or part of the letter.
fn plain(text: &str) -> String {
    let mut words = String::new();
    for sign in text.chars().flat_map(char::to_lowercase) {
        match sign {
            '\u{93c}' | '\u{200c}' | '\u{200d}' => {}
            '\u{95e}' => words.push('फ'),
            // Vowel signs and the virama are no letters for `is_alphanumeric` in every case.
            sign if sign.is_alphanumeric() || ('\u{900}'..='\u{963}').contains(&sign) => words.push(sign),
            '\'' | '’' => {}
            _ => words.push(' '),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The channel and the number of a sender as Twilio writes them, such as `whatsapp:+919812300021`
/// (<https://www.twilio.com/docs/whatsapp/api>).
pub fn sender(from: &str) -> (Channel, &str) {
    match from.trim().strip_prefix("whatsapp:") {
        Some(number) => (Channel::Whatsapp, number),
        None => (Channel::Sms, from.trim()),
    }
}

/// Whether a key may stand in a campaign's plan as the one that opts out.
pub const fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#')
}

/// Whether the key that a customer has pressed opts out. `plan`: of the campaign.
pub fn by_key(plan: Option<char>, pressed: char) -> bool {
    plan == Some(pressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_three_scripts_are_read_however_they_are_typed() {
        for text in ["STOP", " stop. ", "Unsubscribe!", "Opt-out", "band  karo", "बंद करो।", "रोको", "मत भेजो"]
        {
            assert_eq!(wish_of(text), Some(Wish::Stop), "{text}");
        }
        for text in ["STOPALL", "Stop calling", "DND", "कॉल मत करो", "फ़ोन मत करो", "फ\u{93c}ोन मत करो", "फोन मत करो"]
        {
            assert_eq!(wish_of(text), Some(Wish::StopAll), "{text}");
        }
        assert_eq!(wish_of("start"), Some(Wish::Start));
        assert_eq!(wish_of("शुरू करो"), Some(Wish::Start));
    }

    #[test]
    fn a_word_within_a_sentence_asks_for_nothing() {
        for text in ["", "please do not stop", "when does it end?", "stop by at five", "नमस्ते", "yes"] {
            assert_eq!(wish_of(text), None, "{text}");
        }
    }

    #[test]
    fn the_channel_is_told_by_the_sender() {
        assert_eq!(sender("whatsapp:+919812300021"), (Channel::Whatsapp, "+919812300021"));
        assert_eq!(sender(" +919812300021"), (Channel::Sms, "+919812300021"));
    }

    #[test]
    fn only_the_key_of_the_plan_opts_out() {
        assert!(by_key(Some('9'), '9') && !by_key(Some('9'), '8') && !by_key(None, '9'));
        assert!(is_key('9') && is_key('*') && !is_key('A') && !is_key('x'));
    }
}
