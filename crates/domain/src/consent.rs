//! What people said about being contacted: for each channel and purpose the last word counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::UnixMillis;

/// By what somebody is contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "ConsentChannel"), schema(as = ConsentChannel))]
pub enum Channel {
    Call,
    Sms,
    Whatsapp,
    Email,
}

impl Channel {
    pub const ALL: [Self; 4] = [Self::Call, Self::Sms, Self::Whatsapp, Self::Email];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Email => "email",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// How a wish about being contacted came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "WishSource"), schema(as = WishSource))]
pub enum Source {
    /// Told to an agent.
    #[default]
    Agent,
    /// By a key of the telephone.
    Keypad,
    /// In writing.
    Customer,
    /// By a file of leads.
    Import,
    /// By a list of numbers.
    Upload,
    /// By a form.
    Form,
    /// By another program.
    Api,
    /// By a word in a text message.
    Message,
    /// By the link of an e-mail.
    Link,
}

impl Source {
    pub const ALL: [Self; 9] = [
        Self::Agent,
        Self::Keypad,
        Self::Customer,
        Self::Import,
        Self::Upload,
        Self::Form,
        Self::Api,
        Self::Message,
        Self::Link,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Keypad => "keypad",
            Self::Customer => "customer",
            Self::Import => "import",
            Self::Upload => "upload",
            Self::Form => "form",
            Self::Api => "api",
            Self::Message => "message",
            Self::Link => "link",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// One word of a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Consent {
    pub channel: Channel,
    /// A free code such as `marketing` or `service`.
    pub purpose: String,
    /// Else withdrawn.
    pub given: bool,
    pub at: UnixMillis,
}

/// The first purpose, by name, of which the last word is a withdrawal. All are of one channel; of two words of the same instant
/// the later one in the list counts.
pub fn withdrawn(of: &[Consent]) -> Option<&str> {
    let mut last: BTreeMap<&str, &Consent> = BTreeMap::new();
    for consent in of {
        let place = last.entry(&consent.purpose).or_insert(consent);
        if consent.at >= place.at {
            *place = consent;
        }
    }
    last.into_iter().find(|(_, consent)| !consent.given).map(|(purpose, _)| purpose)
}

/// Whether a text is a code of a purpose: 1 to 40 small letters, digits, `-` and `_`.
pub fn is_purpose(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(purpose: &str, given: bool, at: i64) -> Consent {
        Consent { channel: Channel::Email, purpose: purpose.to_owned(), given, at: UnixMillis(at) }
    }

    #[test]
    fn the_last_word_of_each_purpose_counts() {
        assert_eq!(withdrawn(&[]), None);
        assert_eq!(withdrawn(&[said("service", false, 1), said("service", true, 2)]), None);
        assert_eq!(withdrawn(&[said("service", true, 2), said("service", false, 1)]), None);
        assert_eq!(withdrawn(&[said("service", true, 2), said("service", false, 2)]), Some("service"));
        assert_eq!(withdrawn(&[said("a", true, 1), said("b", false, 1)]), Some("b"));
    }

    #[test]
    fn a_purpose_is_a_plain_code() {
        for code in ["marketing", "service-2", "a"] {
            assert!(is_purpose(code), "{code}");
        }
        for text in ["", "Marketing", "two words", "ज", &"x".repeat(41)] {
            assert!(!is_purpose(text), "{text}");
        }
    }

    #[test]
    fn codes_read_back() {
        assert!(Channel::ALL.into_iter().all(|one| Channel::parse(one.as_str()) == Some(one)));
        assert!(Source::ALL.into_iter().all(|one| Source::parse(one.as_str()) == Some(one)));
    }
}
