//! What people take back by a link, without signing in.

use domain::{
    consent::{Channel, is_purpose},
    ids::LeadId,
};

use crate::signed_link::Opens;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TakesBack {
    pub lead: LeadId,
    pub channel: Channel,
    pub purpose: String,
}

impl Opens for TakesBack {
    const KIND: &'static str = "opt-out-link";

    fn written(&self) -> String {
        format!("{}.{}.{}", self.lead, self.channel.as_str(), self.purpose)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut next = || parts.next();
        Some(Self {
            lead: next()?.parse().ok()?,
            channel: Channel::parse(next()?)?,
            purpose: next().filter(|purpose| is_purpose(purpose))?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::signed_link::tests::opens;

    #[test]
    fn a_link_is_of_one_person_channel_and_purpose() {
        let what = TakesBack {
            lead: LeadId::new(Uuid::from_u128(2)),
            channel: Channel::Email,
            purpose: "marketing".to_owned(),
        };
        opens(&what, &[("marketing", "service"), (".email.", ".call."), ("0002.", "0003.")]);
    }
}
