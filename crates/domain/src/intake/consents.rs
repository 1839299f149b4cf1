//! What a form says about being contacted.

use serde::{Deserialize, Serialize};

use crate::consent::Channel;

/// Of one key.
pub const MOST_CONSENTS: usize = 20;
/// Of what stood in the field; kept as proof.
const LONGEST_TEXT: usize = 200;

/// A field by which people agree to be contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ConsentRule {
    /// As the form names it.
    pub field: String,
    pub channel: Channel,
    /// 1 to 40 of `a-z 0-9 - _`.
    pub purpose: String,
}

/// What a person said by one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormConsent {
    pub channel: Channel,
    pub purpose: String,
    pub given: bool,
    pub field: String,
    /// What stood there.
    pub text: String,
}

const YES: [&str; 11] = ["yes", "y", "true", "1", "on", "checked", "agree", "i agree", "accepted", "हाँ", "हां"];
const NO: [&str; 7] = ["no", "n", "false", "0", "off", "declined", "नहीं"];

/// A box that is not ticked comes with no field, or with an empty one: that says nothing, and withdraws nothing.
pub(super) fn read(rules: &[ConsentRule], fields: &[(String, String)]) -> Vec<FormConsent> {
    let said = |rule: &ConsentRule| {
        let (_, text) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(rule.field.trim()))?;
        let plain = text.trim().to_lowercase();
        let given = YES.contains(&plain.as_str());
        (given || NO.contains(&plain.as_str())).then(|| FormConsent {
            channel: rule.channel,
            purpose: rule.purpose.clone(),
            given,
            field: rule.field.clone(),
            text: text.trim().chars().take(LONGEST_TEXT).collect(),
        })
    };
    rules.iter().filter_map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_or_no_says_something() {
        let rule = |field: &str, channel| ConsentRule { field: field.into(), channel, purpose: "marketing".into() };
        let rules = [rule("calls", Channel::Call), rule("sms", Channel::Sms), rule("mail", Channel::Email)];
        let form = |of: &[(&str, &str)]| {
            let fields: Vec<_> = of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
            read(&rules, &fields).into_iter().map(|one| (one.channel, one.given)).collect::<Vec<_>>()
        };
        assert_eq!(form(&[("Calls", " YES "), ("sms", "off")]), [(Channel::Call, true), (Channel::Sms, false)]);
        assert_eq!(form(&[("calls", ""), ("sms", "perhaps"), ("other", "yes")]), []);
        assert_eq!(form(&[("mail", "हाँ")]), [(Channel::Email, true)]);
    }
}
