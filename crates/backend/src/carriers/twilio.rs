//! A Twilio account: the tokens that its webhooks are signed with, and the documents that it is given.

use std::{sync::Arc, time::Duration};

use domain::{
    call::{Greeting, Party},
    ids::{CallId, LegId, TenantId},
    pii::Personal,
    time::UnixMillis,
};
use providers::twilio::{
    TwilioClient, TwilioSettings,
    twiml::{Conference, Dial, DialTarget, Document, Gather, Play, Say, Stream, Verb},
};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::{Account, TWILIO, TenantCarrier, party_of, party_text, voice_tag};
use crate::{
    Backend,
    calls::{CALL_PARAMETER, NamedStream, PARTY_PARAMETER, TOKEN_PARAMETER},
    carrier_plays::Plays,
    clock,
    error::BackendError,
};

/// A leg whose socket broke stays on the line so long before it asks for instructions by itself. Twilio ends a call whose
/// instructions cannot be fetched, so it must not ask while a server is starting; that server calls the leg back long before
/// (`domain::call::HANG_UP_REPORT`). Below `domain::call::MEDIA_AWAY`, after which the call is given up.
const BACK_BY_ITSELF_AFTER_S: u32 = 20;

/// By which an agent takes a call at their telephone.
pub(crate) const ACCEPT_KEY: &str = "1";
/// How long the agent may think after the whisper.
const ACCEPT_WAIT_S: u32 = 8;

/// What is kept in the open part of the settings row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CarrierRow {
    pub provider: String,
    pub account_sid: String,
    pub api_base: String,
    pub public_url: String,
    pub simulated: bool,
    /// Until when the account's token before this one is good for webhooks.
    pub previous_until: Option<UnixMillis>,
}

/// What is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CarrierSecrets {
    pub auth_token: Personal<String>,
    pub previous: Option<PreviousToken>,
}

/// The account's token before the present one: webhooks that are on their way, and an account whose change of tokens is not
/// through, are signed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousToken {
    pub token: Personal<String>,
    pub until: UnixMillis,
}

/// Nothing of Twilio's is under way for so long.
const PREVIOUS_LIFE: Duration = Duration::from_secs(24 * 3600);

impl CarrierSecrets {
    /// With this token from `now` on, of the same account.
    pub(crate) fn changed(self, auth_token: Personal<String>, now: UnixMillis) -> Self {
        if self.auth_token == auth_token || self.auth_token.reveal().is_empty() {
            return Self { auth_token, previous: self.previous }.at(now);
        }
        let previous = PreviousToken { token: self.auth_token, until: now.plus(PREVIOUS_LIFE) };
        Self { auth_token, previous: Some(previous) }
    }

    /// What of it is left at this instant.
    pub(crate) fn at(self, now: UnixMillis) -> Self {
        Self { previous: self.previous.filter(|previous| now < previous.until), ..self }
    }
}

impl TenantCarrier {
    pub(crate) fn twilio(
        tenant: TenantId,
        row: &CarrierRow,
        secrets: CarrierSecrets,
        fallback_url: &str,
    ) -> Result<Self, BackendError> {
        if row.provider != TWILIO {
            return Err(BackendError::NotConfigured("no carrier is set up; add one in the settings"));
        }
        let base = if row.api_base.is_empty() { TwilioSettings::DEFAULT_BASE_URL } else { &row.api_base };
        let base_url = Url::parse(base).map_err(|_| BackendError::field("api_base", "expected an https:// address"))?;
        let settings =
            TwilioSettings { account_sid: row.account_sid.clone(), auth_token: secrets.auth_token.clone(), base_url };
        let api = TwilioClient::new(settings).map_err(|error| BackendError::field("account_sid", error.to_string()))?;
        let public = if row.public_url.is_empty() { fallback_url } else { &row.public_url };
        Ok(Self {
            tenant,
            provider: TWILIO,
            api: Arc::new(api),
            account: Account::Twilio { account_sid: row.account_sid.clone(), secrets },
            public_url: public.trim_end_matches('/').to_owned(),
            simulated: row.simulated,
        })
    }

    pub(crate) fn account_sid(&self) -> Option<&str> {
        match &self.account {
            Account::Twilio { account_sid, .. } => Some(account_sid),
            Account::Exotel(_) | Account::Sip => None,
        }
    }

    /// Under which webhooks may be signed at this instant.
    pub(crate) fn tokens(&self, now: UnixMillis) -> Vec<Personal<String>> {
        let Account::Twilio { secrets, .. } = &self.account else { return Vec::new() };
        let CarrierSecrets { auth_token, previous } = secrets.clone().at(now);
        [auth_token].into_iter().chain(previous.map(|previous| previous.token)).collect()
    }

    pub(super) fn twilio_hook(&self, name: &str, call: CallId, party: Party) -> String {
        format!("{}/webhooks/twilio/{name}?call={call}&party={}", self.public_url, party_text(party))
    }

    /// Asked when a number of the account is called.
    pub(crate) fn number_voice_url(&self) -> String {
        format!("{}/webhooks/twilio/voice", self.public_url)
    }

    /// Told about the ends of such calls.
    pub(crate) fn number_status_url(&self) -> String {
        format!("{}/webhooks/twilio/status", self.public_url)
    }

    /// Told about text messages to a number of the account.
    pub(crate) fn number_message_url(&self) -> String {
        format!("{}/webhooks/twilio/message", self.public_url)
    }

    pub(crate) fn verdict_url(&self, call: CallId) -> String {
        self.twilio_hook("amd", call, Party::Customer)
    }

    /// Asked when somebody who is to come into the conference takes the telephone up.
    pub(crate) fn conference_url(&self, call: CallId, party: Party) -> String {
        match party {
            Party::Telephone { .. } => self.twilio_hook("agent-answer", call, party),
            Party::Customer | Party::Outside { .. } => self.twilio_hook("conference-answer", call, party),
        }
    }

    /// Told when the recording of a call at the carrier is finished.
    pub(crate) fn recording_url(&self, call: CallId) -> String {
        self.twilio_hook("recording", call, Party::Customer)
    }

    /// What a caller hears before anything else.
    pub(crate) fn greets(&self, backend: &Backend, greeting: &Greeting, language: &str) -> Option<Verb> {
        match greeting {
            Greeting::None => None,
            Greeting::Text { text } => Some(Say::new(text.as_str()).language(voice_tag(language)).into()),
            Greeting::Recorded { message, .. } => {
                Some(Play::Url { url: backend.at_address(self, Plays::Greeting(message.id)), times: 1 }.into())
            }
        }
    }

    /// The document that brings a party into the call's conference, the customer with music until an agent is there.
    pub(crate) fn meet(&self, call: CallId, party: Party, greeting: Option<Verb>) -> String {
        let room = Conference::new(format!("call-{call}")).label(party_text(party)).status_callback(self.twilio_hook(
            "conference",
            call,
            Party::Customer,
        ));
        let room = if party == Party::Customer { room.waits().ends_room() } else { room };
        beginning_with(greeting).then(Dial::new(DialTarget::Conference(room))).to_xml()
    }

    /// What an agent hears who has taken the telephone up, and the question for the key.
    pub(crate) fn whisper(&self, call: CallId, party: Party, words: &str, language: &str) -> String {
        let gather = Gather::digits(self.twilio_hook("agent-accept", call, party))
            .num_digits(1)
            .timeout_s(ACCEPT_WAIT_S)
            .action_on_empty_result()
            .prompt(Say::new(words).language(voice_tag(language)));
        Document::new().then(gather).then(Verb::Hangup).to_xml()
    }

    /// The document that plays a message and then asks whether there is anything else.
    pub(crate) fn leave_message(&self, call: CallId, sound_url: &str) -> String {
        let play = Play::Url { url: sound_url.to_owned(), times: 1 };
        let played =
            format!("{}&turn={}", self.twilio_hook("message-played", call, Party::Customer), clock::new_uuid());
        let asks = Verb::Redirect { url: played, method: Default::default() };
        Document::new().then(play).then(asks).to_xml()
    }

    pub(crate) fn resume_url(&self, call: CallId, party: Party, turn: Uuid) -> String {
        // Another one each time, so that a leg that comes back once more is not taken for a copy of the last request.
        format!("{}&turn={turn}", self.twilio_hook("resume", call, party))
    }

    /// Address of the media socket: `wss://` for `https://`, `ws://` on a machine of one's own.
    pub(crate) fn media_url(&self) -> String {
        format!("{}/webhooks/twilio/media/{}", self.socket_base(), self.tenant)
    }

    /// The document that connects the call's sound to the bridge, and brings the leg back if the socket should break. The same
    /// request has the same `turn`, and so the same answer.
    pub(crate) fn connect(
        &self,
        backend: &Backend,
        stream: &NamedStream<'_>,
        greeting: Option<Verb>,
        turn: Uuid,
    ) -> Result<String, BackendError> {
        let NamedStream { call, party, .. } = *stream;
        let internal = |error: providers::twilio::twiml::TwimlError| BackendError::Internal(error.to_string());
        let mut verb = Stream::new(self.media_url())
            .map_err(internal)?
            .parameter(CALL_PARAMETER, call.to_string())
            .map_err(internal)?
            .parameter(TOKEN_PARAMETER, stream.token(backend.secret(), LegId::new(turn)))
            .map_err(internal)?;
        if party != Party::Customer {
            verb = verb.parameter(PARTY_PARAMETER, party_text(party)).map_err(internal)?;
        }
        let wait = Verb::Pause { seconds: BACK_BY_ITSELF_AFTER_S };
        let back = Verb::Redirect { url: self.resume_url(call, party, turn), method: Default::default() };
        Ok(beginning_with(greeting).then(Verb::Connect(verb)).then(wait).then(back).to_xml())
    }
}

fn beginning_with(greeting: Option<Verb>) -> Document {
    greeting.into_iter().fold(Document::new(), Document::then)
}

/// A last sentence, and the end.
pub(crate) fn goodbye(text: &str, language: &str) -> String {
    Document::new().then(Say::new(text).language(voice_tag(language))).then(Verb::Hangup).to_xml()
}

/// The party whom a conference names by our label; none of a label that is not ours.
pub(crate) fn party_of_label(label: &str) -> Option<Party> {
    let party = party_of(Some(label));
    (party_text(party) == label).then_some(party)
}

/// To a text message: nothing is written back.
pub(crate) fn no_reply() -> String {
    Document::new().to_xml()
}

/// Keys, as tones.
pub(crate) fn key_tones(digits: &str) -> String {
    Document::new().then(Play::Digits(digits.to_owned())).to_xml()
}

/// The end without a word.
pub(crate) fn hang_up() -> String {
    Document::new().then(Verb::Hangup).to_xml()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(token: &str) -> CarrierSecrets {
        CarrierSecrets { auth_token: Personal::new(token.to_owned()), previous: None }
    }

    fn carrier(secrets: CarrierSecrets) -> TenantCarrier {
        let account_sid = format!("AC{}", "1".repeat(32));
        let row = CarrierRow { provider: TWILIO.to_owned(), account_sid, ..CarrierRow::default() };
        TenantCarrier::twilio(TenantId::new(Uuid::from_u128(1)), &row, secrets, "https://here.example").unwrap()
    }

    fn tokens(carrier: &TenantCarrier, now: i64) -> Vec<String> {
        carrier.tokens(UnixMillis(now)).into_iter().map(Personal::into_inner).collect()
    }

    #[test]
    fn a_label_names_its_party() {
        for party in [Party::Customer, Party::Outside { attempt: 2 }, Party::Telephone { attempt: 31 }] {
            assert_eq!(party_of_label(&party_text(party)), Some(party));
        }
        assert_eq!(party_of_label("supervisor"), None);
        assert_eq!(party_of_label("telephone-"), None);
    }

    #[test]
    fn the_token_before_a_change_is_good_for_a_day() {
        const DAY_MS: i64 = 24 * 3600 * 1000;
        let new = |token: &str| Personal::new(token.to_owned());
        let changed = secrets("one").changed(new("two"), UnixMillis(5));
        let carrier = carrier(changed.clone());
        assert_eq!(tokens(&carrier, 5), ["two", "one"]);
        assert_eq!(tokens(&carrier, 4 + DAY_MS), ["two", "one"]);
        assert_eq!(tokens(&carrier, 5 + DAY_MS), ["two"]);
        // Saving the same token again makes it no newer, and another change forgets the oldest.
        assert_eq!(changed.clone().changed(new("two"), UnixMillis(9)), changed);
        assert_eq!(changed.clone().changed(new("two"), UnixMillis(5 + DAY_MS)), secrets("two"));
        let again = changed.changed(new("three"), UnixMillis(7));
        assert_eq!(again.previous, Some(PreviousToken { token: new("two"), until: UnixMillis(7 + DAY_MS) }));
        assert_eq!(secrets("").changed(new("one"), UnixMillis(5)), secrets("one"), "there was none");
    }
}
