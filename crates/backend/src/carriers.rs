//! The tenant's carrier accounts, ready to use. Each provider is one module here, and one line in [`TenantCarrier::read`].

use std::sync::Arc;

use domain::{
    call::{Capabilities, Party, PlayedBy},
    ids::{CallId, TenantId},
};
use providers::telephony::Carrier;
use storage::TenantScope;

use crate::{Backend, error::BackendError, sip::SIP};

mod exotel;
mod sip;
mod twilio;

pub(crate) use exotel::{ExotelAccess, ExotelRow, ExotelSecrets, Network, named_in_kind};
pub(crate) use twilio::{
    ACCEPT_KEY, CarrierRow, CarrierSecrets, PreviousToken, goodbye, hang_up, key_tones, no_reply, party_of_label,
};

/// Name of the settings row of the Twilio account.
pub(crate) const SETTINGS: &str = "carrier";
/// Name of the settings row of the Exotel account.
pub(crate) const EXOTEL_SETTINGS: &str = "exotel";
pub(crate) const TWILIO: &str = "twilio";
pub(crate) const EXOTEL: &str = "exotel";

/// What webhooks of the account prove themselves by.
#[derive(Clone)]
pub(crate) enum Account {
    Twilio {
        account_sid: String,
        secrets: CarrierSecrets,
    },
    Exotel(ExotelAccess),
    /// What it reports comes by itself.
    Sip,
}

/// A carrier account with the addresses that it is told.
#[derive(Clone)]
pub(crate) struct TenantCarrier {
    pub tenant: TenantId,
    /// As in [`domain::call::CallFacts::provider`].
    pub provider: &'static str,
    pub api: Arc<dyn Carrier>,
    account: Account,
    /// Without a slash at the end.
    pub public_url: String,
    pub simulated: bool,
}

impl TenantCarrier {
    async fn read(backend: &Backend, scope: TenantScope, provider: &str) -> Result<Self, BackendError> {
        let (tenant, own) = (scope.tenant(), &backend.options().public_url);
        match provider {
            TWILIO => {
                let (row, secrets) = backend.carrier_row(scope).await?;
                Self::twilio(tenant, &row, secrets, own)
            }
            EXOTEL => {
                let (row, secrets) = backend.exotel_row(scope).await?;
                Self::exotel(tenant, &row, secrets, own)
            }
            SIP => Self::sip(backend, tenant),
            _ => Err(BackendError::NotConfigured("no such carrier is set up; add one in the settings")),
        }
    }

    /// Asked for instructions when the telephone is taken up.
    pub(crate) fn answer_url(&self, call: CallId, party: Party) -> String {
        match &self.account {
            Account::Twilio { .. } => self.twilio_hook("outbound-answer", call, party),
            // The flow at Exotel asks by itself.
            Account::Exotel(_) | Account::Sip => String::new(),
        }
    }

    pub(crate) fn status_url(&self, call: CallId, party: Party) -> String {
        match &self.account {
            Account::Twilio { .. } => self.twilio_hook("status", call, party),
            Account::Exotel(access) => self.exotel_status(access, call, party),
            Account::Sip => crate::sip::report_name(call, party),
        }
    }

    /// Who plays a recorded greeting; nobody where a flow of the carrier's own takes text only.
    pub(crate) const fn greetings_played_by(&self) -> Option<PlayedBy> {
        match &self.account {
            Account::Twilio { .. } => Some(PlayedBy::Carrier),
            Account::Exotel(_) => None,
            Account::Sip => Some(PlayedBy::Bridge),
        }
    }

    /// What an agent can do in a live call whose sound comes here.
    pub(crate) fn in_bridge(&self) -> Capabilities {
        // Hold, transfer and recording are the bridge's; only what the carrier has to do is asked of it.
        let can = self.api.capabilities();
        Capabilities { media_restart: can.media_restart, dtmf: can.dtmf || can.media_stream, ..Capabilities::default() }
    }

    /// What an agent can do in a live call that meets in a conference at the carrier.
    pub(crate) fn in_conference() -> Capabilities {
        Capabilities { media_restart: false, ..Capabilities::default() }
    }

    /// `wss://` for `https://`, `ws://` on a machine of one's own.
    fn socket_base(&self) -> String {
        match self.public_url.split_once("://") {
            Some(("http", rest)) => format!("ws://{rest}"),
            Some((_, rest)) => format!("wss://{rest}"),
            None => format!("wss://{}", self.public_url),
        }
    }
}

/// The party as our own addresses and stream parameters name it.
pub(crate) fn party_text(party: Party) -> String {
    match party {
        Party::Customer => "customer".to_owned(),
        Party::Outside { attempt } => format!("outside-{attempt}"),
        Party::Telephone { attempt } => format!("telephone-{attempt}"),
    }
}

/// The reverse of it; whatever is no other party is the customer.
pub(crate) fn party_of(text: Option<&str>) -> Party {
    let numbered = text.and_then(|text| text.split_once('-'));
    match numbered.map(|(kind, attempt)| (kind, attempt.parse())) {
        Some(("outside", Ok(attempt))) => Party::Outside { attempt },
        Some(("telephone", Ok(attempt))) => Party::Telephone { attempt },
        _ => Party::Customer,
    }
}

/// The language tag that the carrier's voices know.
fn voice_tag(language: &str) -> &str {
    match language {
        "hi" => "hi-IN",
        "en" | "" => "en-IN",
        other => other,
    }
}

impl Backend {
    /// # Errors
    /// `NotConfigured` when the tenant has none of this provider.
    pub(crate) async fn carrier(&self, scope: TenantScope, provider: &str) -> Result<TenantCarrier, BackendError> {
        if let Some(carrier) = self.cached_carrier(scope.tenant(), provider) {
            return Ok(carrier);
        }
        let carrier = TenantCarrier::read(self, scope, provider).await?;
        self.cache_carrier(carrier.clone());
        Ok(carrier)
    }

    /// Of the providers that the tenant has an account of, the first in the order of [`PROVIDERS`].
    pub(crate) async fn any_carrier(&self, scope: TenantScope) -> Result<TenantCarrier, BackendError> {
        let mut missing = BackendError::NotConfigured("no carrier is set up; add one in the settings");
        for provider in PROVIDERS {
            match self.carrier(scope, provider).await {
                Err(error @ BackendError::NotConfigured(_)) => missing = error,
                other => return other,
            }
        }
        Err(missing)
    }
}

/// Whose account calls without a number of their own go by, in this order.
pub(crate) const PROVIDERS: [&str; 3] = [TWILIO, EXOTEL, SIP];
