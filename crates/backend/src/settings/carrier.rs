//! The carrier account.

use std::time::Instant;

use domain::{pii::Personal, time::UnixMillis};
use serde::Deserialize;
use storage::{TenantScope, settings::Secrets};
use wire::config::{CarrierSettings, CarrierSettingsInput, TestResult};

use crate::{
    Actor, Backend,
    carriers::{CarrierRow, CarrierSecrets, PreviousToken, SETTINGS, TWILIO, TenantCarrier},
    clock,
    error::{BackendError, FieldChecks},
};

const TOKEN: &str = "auth_token";
const PREVIOUS_TOKEN: &str = "previous_auth_token";

/// As they are sealed.
fn sealed(secrets: &CarrierSecrets) -> Secrets {
    let previous = secrets.previous.as_ref().map(|previous| (PREVIOUS_TOKEN.to_owned(), previous.token.clone()));
    [(TOKEN.to_owned(), secrets.auth_token.clone())].into_iter().chain(previous).collect()
}

fn secrets(row: &CarrierRow, sealed: &Secrets) -> CarrierSecrets {
    let auth_token = sealed.get(TOKEN).cloned().unwrap_or_default();
    let previous = sealed.get(PREVIOUS_TOKEN).cloned().zip(row.previous_until);
    CarrierSecrets { auth_token, previous: previous.map(|(token, until)| PreviousToken { token, until }) }
}

fn shown(row: CarrierRow, secrets: &CarrierSecrets) -> CarrierSettings {
    CarrierSettings {
        provider: row.provider,
        account_sid: row.account_sid,
        has_auth_token: !secrets.auth_token.reveal().is_empty(),
        api_base: row.api_base,
        public_url: row.public_url,
        simulated: row.simulated,
    }
}

impl Backend {
    pub(crate) async fn carrier_row(&self, scope: TenantScope) -> Result<(CarrierRow, CarrierSecrets), BackendError> {
        let (row, sealed) = self.setting::<CarrierRow>(scope, SETTINGS).await?;
        let secrets = secrets(&row, &sealed);
        Ok((row, secrets))
    }

    /// Removes tokens that were changed for others a day ago, of every tenant; how many.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub async fn forget_previous_tokens(&self, now: UnixMillis) -> Result<u64, BackendError> {
        let mut forgotten = 0;
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = TenantScope::system(tenant.id);
            let Some(mut setting) = storage::settings::get(self.store(), scope, SETTINGS).await? else { continue };
            let Ok(mut row) = CarrierRow::deserialize(&setting.value) else { continue };
            if row.previous_until.is_none_or(|until| now < until) {
                continue;
            }
            setting.secrets = sealed(&secrets(&row, &setting.secrets).at(now));
            row.previous_until = None;
            setting.value = serde_json::to_value(row).map_err(|error| BackendError::Internal(error.to_string()))?;
            // Not behind an admin's back: who has saved in between has decided about the token too.
            forgotten += u64::from(storage::settings::update(self.store(), scope, SETTINGS, &setting, now).await?);
            self.forget_carrier(tenant.id);
        }
        Ok(forgotten)
    }

    pub async fn carrier_settings(&self, actor: &Actor) -> Result<CarrierSettings, BackendError> {
        actor.must_configure()?;
        let (row, secrets) = self.carrier_row(actor.scope).await?;
        Ok(shown(row, &secrets))
    }

    pub async fn update_carrier_settings(
        &self,
        actor: &Actor,
        body: CarrierSettingsInput,
    ) -> Result<CarrierSettings, BackendError> {
        actor.must_configure()?;
        let mut checks = FieldChecks::default();
        checks.require(body.provider == TWILIO || body.provider.is_empty(), "provider", "expected twilio, or nothing");
        for (field, url) in [("api_base", &body.api_base), ("public_url", &body.public_url)] {
            let fits = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
            checks.require(fits, field, "expected an address that begins with https://");
        }
        let token = body.auth_token.as_ref().map_or("", |token| token.reveal().as_str());
        checks.at_most(&body.account_sid, 64, "account_sid").at_most(token, 200, "auth_token");
        checks.at_most(&body.api_base, 500, "api_base").at_most(&body.public_url, 500, "public_url");
        checks.done()?;
        let (old, old_secrets) = self.carrier_row(actor.scope).await?;
        let given = body.auth_token.filter(|token| !token.reveal().is_empty());
        // A token is sent to the account and address that it was entered for, and to no other.
        let same_account = body.account_sid.trim() == old.account_sid && body.api_base == old.api_base;
        let now = clock::now();
        let secrets = match given {
            Some(token) if body.account_sid.trim() == old.account_sid => old_secrets.changed(token, now),
            Some(auth_token) => CarrierSecrets { auth_token, previous: None },
            None if same_account || old_secrets.auth_token.reveal().is_empty() => old_secrets.at(now),
            None => {
                let problem = "enter the token again: the account or the address has changed";
                return Err(BackendError::field("auth_token", problem));
            }
        };
        let row = CarrierRow {
            previous_until: secrets.previous.as_ref().map(|previous| previous.until),
            provider: body.provider,
            account_sid: body.account_sid.trim().to_owned(),
            simulated: old.simulated && body.api_base == old.api_base,
            api_base: body.api_base,
            public_url: body.public_url.trim_end_matches('/').to_owned(),
        };
        self.keep_carrier(actor, &row, &secrets).await?;
        Ok(shown(row, &secrets))
    }

    async fn keep_carrier(
        &self,
        actor: &Actor,
        row: &CarrierRow,
        secrets: &CarrierSecrets,
    ) -> Result<(), BackendError> {
        if !row.provider.is_empty() {
            TenantCarrier::twilio(actor.tenant, row, secrets.clone(), &self.options().public_url)?;
        }
        let sealed = sealed(secrets);
        let account = Some(row.account_sid.as_str()).filter(|sid| !sid.is_empty());
        self.put_setting(actor, SETTINGS, row, &sealed, account).await?;
        self.forget_carrier(actor.tenant);
        Ok(())
    }

    /// Points the tenant at a simulated carrier; every screen then says so.
    pub async fn use_simulated_carrier(
        &self,
        actor: &Actor,
        account_sid: &str,
        auth_token: Personal<String>,
        api_base: &str,
    ) -> Result<(), BackendError> {
        let row = CarrierRow {
            provider: TWILIO.to_owned(),
            account_sid: account_sid.to_owned(),
            api_base: api_base.to_owned(),
            public_url: String::new(),
            simulated: true,
            previous_until: None,
        };
        self.keep_carrier(actor, &row, &CarrierSecrets { auth_token, previous: None }).await
    }

    pub async fn test_carrier(&self, actor: &Actor) -> Result<TestResult, BackendError> {
        actor.must_configure()?;
        let began = Instant::now();
        let result = match self.carrier(actor.scope, TWILIO).await {
            Err(error) => Err(error.to_string()),
            Ok(carrier) => carrier.api.test_credentials().await.map_err(|error| error.to_string()).map(|account| {
                let trial = if account.trial { ", a trial account" } else { "" };
                format!("Signed in to “{}” ({}{trial}).", account.name, account.status)
            }),
        };
        Ok(test_result(began, result))
    }
}

pub(crate) fn test_result(began: Instant, result: Result<String, String>) -> TestResult {
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(message) => TestResult { ok: true, took_ms, message },
        Err(message) => TestResult { ok: false, took_ms, message },
    }
}
