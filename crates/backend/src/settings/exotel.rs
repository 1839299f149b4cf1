//! The Exotel account, and the addresses that its flows are given.

use std::time::Instant;

use domain::pii::Personal;
use rand::RngExt;
use storage::{TenantScope, settings::Secrets};
use wire::config::{ExotelApplet, ExotelSettings, ExotelSettingsInput, TestResult};

use super::carrier::test_result;
use crate::{
    Actor, Backend,
    carriers::{EXOTEL, EXOTEL_SETTINGS, ExotelRow, ExotelSecrets, Network, TenantCarrier},
    error::{BackendError, FieldChecks},
};

const KEY: &str = "api_key";
const TOKEN: &str = "api_token";
const PATH: &str = "path_secret";
const MOST_NETWORKS: usize = 50;
/// In the order in which a flow passes them: name on the screen, kind in the path.
const APPLETS: [(&str, &str); 6] = [
    ("passthru", "passthru"),
    ("greeting", "greeting"),
    ("gather", "gather"),
    ("voicebot", "voicebot"),
    ("after_voicebot", "after_voicebot"),
    ("ended", "ended"),
];

fn sealed(secrets: &ExotelSecrets) -> Secrets {
    [(KEY, &secrets.api_key), (TOKEN, &secrets.api_token), (PATH, &secrets.path)]
        .into_iter()
        .filter(|(_, secret)| !secret.reveal().is_empty())
        .map(|(name, secret)| (name.to_owned(), secret.clone()))
        .collect()
}

/// 32 random bytes as text that fits into a path.
fn new_path() -> Personal<String> {
    Personal::new(hex::encode(rand::rng().random::<[u8; 32]>()))
}

fn or_stored(given: Option<Personal<String>>, stored: &Personal<String>) -> Personal<String> {
    given.filter(|given| !given.reveal().is_empty()).unwrap_or_else(|| stored.clone())
}

impl Backend {
    pub(crate) async fn exotel_row(&self, scope: TenantScope) -> Result<(ExotelRow, ExotelSecrets), BackendError> {
        let (row, sealed) = self.setting::<ExotelRow>(scope, EXOTEL_SETTINGS).await?;
        let secret = |name: &str| sealed.get(name).cloned().unwrap_or_default();
        Ok((row, ExotelSecrets { api_key: secret(KEY), api_token: secret(TOKEN), path: secret(PATH) }))
    }

    fn exotel_shown(&self, scope: TenantScope, row: ExotelRow, secrets: ExotelSecrets) -> ExotelSettings {
        let (has_api_key, has_api_token) =
            (!secrets.api_key.reveal().is_empty(), !secrets.api_token.reveal().is_empty());
        let carrier = TenantCarrier::exotel(scope.tenant(), &row, secrets, &self.options().public_url);
        let applets = carrier.map_or_else(
            |_| Vec::new(),
            |carrier| {
                let one = |(applet, kind): (&str, &str)| ExotelApplet {
                    applet: applet.to_owned(),
                    url: carrier.exotel_hook(kind),
                };
                APPLETS.into_iter().map(one).collect()
            },
        );
        ExotelSettings {
            account_sid: row.account_sid,
            has_api_key,
            has_api_token,
            api_base: row.api_base,
            public_url: row.public_url,
            flow: row.flow,
            allowed: row.allowed,
            simulated: row.simulated,
            applets,
        }
    }

    pub async fn exotel_settings(&self, actor: &Actor) -> Result<ExotelSettings, BackendError> {
        actor.must_configure()?;
        let (row, secrets) = self.exotel_row(actor.scope).await?;
        Ok(self.exotel_shown(actor.scope, row, secrets))
    }

    pub async fn update_exotel_settings(
        &self,
        actor: &Actor,
        body: ExotelSettingsInput,
    ) -> Result<ExotelSettings, BackendError> {
        actor.must_configure()?;
        let mut checks = FieldChecks::default();
        for (field, url) in [("api_base", &body.api_base), ("public_url", &body.public_url)] {
            let fits = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
            checks.require(fits, field, "expected an address that begins with https://");
            checks.at_most(url, 500, field);
        }
        checks.at_most(&body.account_sid, 64, "account_sid");
        checks.require(
            body.flow.bytes().all(|byte| byte.is_ascii_digit()),
            "flow",
            "expected the flow's id, digits only",
        );
        checks.at_most(&body.flow, 20, "flow");
        for (field, secret) in [("api_key", &body.api_key), ("api_token", &body.api_token)] {
            checks.at_most(secret.as_ref().map_or("", |secret| secret.reveal()), 200, field);
        }
        checks.require(body.allowed.len() <= MOST_NETWORKS, "allowed", "expected at most 50 addresses");
        let wrong = body.allowed.iter().find(|text| Network::parse(text).is_none());
        if let Some(wrong) = wrong {
            checks.require(false, "allowed", &format!("{wrong} is no address, and no network such as 203.0.113.0/24"));
        }
        checks.done()?;
        let (old, old_secrets) = self.exotel_row(actor.scope).await?;
        let same_account = body.account_sid.trim() == old.account_sid && body.api_base == old.api_base;
        let given =
            |secret: &Option<Personal<String>>| secret.as_ref().is_some_and(|secret| !secret.reveal().is_empty());
        // Credentials are sent to the account and address that they were entered for, and to no other.
        let stays = same_account || old.account_sid.is_empty();
        if !(stays || given(&body.api_key) && given(&body.api_token)) {
            let problem = "enter key and token again: the account or the address has changed";
            return Err(BackendError::field("api_token", problem));
        }
        let keep_path = !body.new_secret && !old_secrets.path.reveal().is_empty();
        let secrets = ExotelSecrets {
            api_key: or_stored(body.api_key, &old_secrets.api_key),
            api_token: or_stored(body.api_token, &old_secrets.api_token),
            path: if keep_path { old_secrets.path } else { new_path() },
        };
        let row = ExotelRow {
            account_sid: body.account_sid.trim().to_owned(),
            simulated: old.simulated && body.api_base == old.api_base,
            api_base: body.api_base,
            public_url: body.public_url.trim_end_matches('/').to_owned(),
            flow: body.flow,
            allowed: body.allowed.into_iter().map(|text| text.trim().to_owned()).collect(),
        };
        self.keep_exotel(actor, &row, &secrets).await?;
        Ok(self.exotel_shown(actor.scope, row, secrets))
    }

    async fn keep_exotel(&self, actor: &Actor, row: &ExotelRow, secrets: &ExotelSecrets) -> Result<(), BackendError> {
        if !row.account_sid.is_empty() {
            TenantCarrier::exotel(actor.tenant, row, secrets.clone(), &self.options().public_url)?;
        }
        let account = Some(row.account_sid.as_str()).filter(|sid| !sid.is_empty());
        self.put_setting(actor, EXOTEL_SETTINGS, row, &sealed(secrets), account).await?;
        self.forget_carrier(actor.tenant);
        Ok(())
    }

    /// Points the tenant at a simulated Exotel account; every screen then says so. Gives the addresses of the applets.
    pub async fn use_simulated_exotel(
        &self,
        actor: &Actor,
        account_sid: &str,
        credentials: (Personal<String>, Personal<String>),
        api_base: &str,
        flow: &str,
    ) -> Result<Vec<ExotelApplet>, BackendError> {
        let row = ExotelRow {
            account_sid: account_sid.to_owned(),
            api_base: api_base.to_owned(),
            flow: flow.to_owned(),
            simulated: true,
            ..ExotelRow::default()
        };
        let secrets = ExotelSecrets { api_key: credentials.0, api_token: credentials.1, path: new_path() };
        self.keep_exotel(actor, &row, &secrets).await?;
        Ok(self.exotel_shown(actor.scope, row, secrets).applets)
    }

    pub async fn test_exotel(&self, actor: &Actor) -> Result<TestResult, BackendError> {
        actor.must_configure()?;
        let began = Instant::now();
        let result = match self.carrier(actor.scope, EXOTEL).await {
            Err(error) => Err(error.to_string()),
            Ok(carrier) => carrier
                .api
                .test_credentials()
                .await
                .map_err(|error| error.to_string())
                .map(|account| format!("Signed in to “{}”, which has {}.", account.name, account.status)),
        };
        Ok(test_result(began, result))
    }
}
