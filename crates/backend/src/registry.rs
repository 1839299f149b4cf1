//! The national registry: what it said is kept for as long as it is good, and it is asked before anybody is called.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    do_not_call::{MOST_LISTED, RegistryAnswer, needs_asking, read_list},
    phone_number::E164,
    pii::Personal,
    time::UnixMillis,
};
use providers::{
    outside::{Reach, target},
    registry::{HttpRegistry, Registry, RegistryError},
};
use serde::{Deserialize, Serialize};
use storage::{
    Store, TenantScope,
    leads::bulk::NumberHash,
    registry::{Registry as RegistryRow, RegistryKind as KindRow},
    settings::Secrets,
};
use wire::{
    config::TestResult,
    opt_out::{RegistryKind, RegistrySettings, RegistrySettingsInput, RegistryUpload, TestRegistry},
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    settings,
};

const NAME: &str = "registry";
const TOKEN: &str = "token";
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Longest that an answer is good, in days.
const MOST_DAYS: u32 = 366;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    kind: RegistryKind,
    url: String,
    valid_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { kind: RegistryKind::Off, url: String::new(), valid_days: 30 }
    }
}

/// A list that was taken in.
struct UploadedList {
    store: Store,
    scope: TenantScope,
    until: Option<UnixMillis>,
}

#[async_trait]
impl Registry for UploadedList {
    async fn check(&self, numbers: &[Personal<String>]) -> Result<Vec<bool>, RegistryError> {
        if self.until.is_none_or(|until| until <= clock::now()) {
            return Err(RegistryError::NoList);
        }
        storage::registry::on_list(&self.store, self.scope, numbers)
            .await
            .map_err(|error| RegistryError::Unreachable(error.to_string()))
    }
}

/// The registry of one organisation.
#[derive(Clone)]
pub(crate) struct RegistryDesk {
    store: Store,
    scope: TenantScope,
    registry: Arc<dyn Registry>,
    valid: Duration,
    list_until: Option<UnixMillis>,
}

impl RegistryDesk {
    /// `None`: the organisation asks none.
    pub async fn of(store: &Store, scope: TenantScope, reach: Reach) -> Result<Option<Self>, BackendError> {
        let Some(row) = storage::registry::get(store, scope).await? else { return Ok(None) };
        let (settings, secrets): (Settings, Secrets) = settings::read(store, scope, NAME).await?;
        let registry: Arc<dyn Registry> = match row.kind {
            KindRow::List => Arc::new(UploadedList { store: store.clone(), scope, until: row.list_until }),
            KindRow::Http => {
                // It was checked when it was saved.
                let url = target(&settings.url, reach)
                    .map_err(|error| BackendError::Internal(format!("address of the registry: {error}")))?;
                Arc::new(HttpRegistry::new(url, secrets.get(TOKEN).cloned(), reach))
            }
        };
        let valid = DAY * settings.valid_days.clamp(1, MOST_DAYS);
        Ok(Some(Self { store: store.clone(), scope, registry, valid, list_until: row.list_until }))
    }

    /// Asks about numbers, and keeps the answers.
    ///
    /// # Errors
    /// The registry's; or what the store says.
    async fn ask(&self, numbers: &[Personal<String>]) -> Result<Vec<bool>, BackendError> {
        let listed = self.registry.check(numbers).await.map_err(|error| BackendError::Upstream(error.to_string()))?;
        let now = clock::now();
        let until = self.list_until.unwrap_or_else(|| now.plus(self.valid));
        let said: Vec<(Personal<String>, bool)> = numbers.iter().cloned().zip(listed.iter().copied()).collect();
        storage::registry::keep(&self.store, self.scope, &said, now, until).await?;
        Ok(listed)
    }

    /// What is known of numbers, after asking about those of whom nothing good is known. When the registry does not answer,
    /// these stay unknown.
    pub async fn answers(
        &self,
        numbers: &[(NumberHash, Personal<String>)],
    ) -> Result<HashMap<NumberHash, RegistryAnswer>, storage::StorageError> {
        let hashes: Vec<NumberHash> = numbers.iter().map(|(hash, _)| hash.clone()).collect();
        let known = storage::registry::of_numbers(&self.store, self.scope, &hashes).await?;
        let Some(mut known) = known else { return Ok(HashMap::new()) };
        let now = clock::now();
        let asked: Vec<&(NumberHash, Personal<String>)> =
            numbers.iter().filter(|(hash, _)| needs_asking(answer(&known, hash), now)).collect();
        let plain: Vec<Personal<String>> = asked.iter().map(|(_, number)| number.clone()).collect();
        if !plain.is_empty() {
            match self.ask(&plain).await {
                Ok(_) => {
                    known = storage::registry::of_numbers(&self.store, self.scope, &hashes).await?.unwrap_or_default();
                }
                Err(error) => tracing::warn!(%error, numbers = plain.len(), "the national registry was not asked"),
            }
        }
        let said = |hash: NumberHash| {
            let said = answer(&known, &hash);
            (hash, said)
        };
        Ok(hashes.into_iter().map(said).collect())
    }
}

fn answer(known: &HashMap<NumberHash, RegistryAnswer>, hash: &NumberHash) -> RegistryAnswer {
    known.get(hash).copied().unwrap_or(RegistryAnswer::NotAsked)
}

impl Backend {
    /// Asks about one number if that has to be; true when something new is known.
    pub(crate) async fn ask_registry(
        &self,
        scope: TenantScope,
        number: &Personal<String>,
        known: RegistryAnswer,
    ) -> Result<bool, BackendError> {
        if !needs_asking(known, clock::now()) {
            return Ok(false);
        }
        let Some(desk) = RegistryDesk::of(self.store(), scope, self.reach()).await? else { return Ok(false) };
        match desk.ask(std::slice::from_ref(number)).await {
            Ok(_) => Ok(true),
            Err(BackendError::Upstream(error)) => {
                tracing::warn!(error, "the national registry did not answer");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    pub async fn registry_settings(&self, actor: &Actor) -> Result<RegistrySettings, BackendError> {
        actor.must_configure()?;
        let (settings, secrets) = self.setting::<Settings>(actor.scope, NAME).await?;
        let row = storage::registry::get(self.store(), actor.scope).await?;
        Ok(RegistrySettings {
            kind: settings.kind,
            url: settings.url,
            has_token: secrets.contains_key(TOKEN),
            valid_days: settings.valid_days,
            listed: storage::registry::count_numbers(self.store(), actor.scope).await?,
            list_until_ms: row.and_then(|row| row.list_until),
        })
    }

    pub async fn update_registry_settings(
        &self,
        actor: &Actor,
        body: RegistrySettingsInput,
    ) -> Result<RegistrySettings, BackendError> {
        actor.must_configure()?;
        let url = body.url.trim().to_owned();
        let mut checks = FieldChecks::default();
        checks.range(body.valid_days, 1, MOST_DAYS, "valid_days");
        checks.at_most(&url, 500, "url");
        let fits = target(&url, self.reach()).is_ok();
        checks.require(body.kind != RegistryKind::Http || fits, "url", "expected an https:// address");
        let token = body.token.as_ref().map(|token| token.reveal().as_str()).unwrap_or_default();
        checks.at_most(token, 500, "token");
        let plain = token.bytes().all(|byte| byte.is_ascii_graphic());
        checks.require(plain, "token", "expected letters, digits and signs");
        checks.done()?;
        let (_, mut secrets) = self.setting::<Settings>(actor.scope, NAME).await?;
        match body.token {
            Some(token) if token.reveal().is_empty() => drop(secrets.remove(TOKEN)),
            Some(token) => drop(secrets.insert(TOKEN.to_owned(), token)),
            None => {}
        }
        let before = storage::registry::get(self.store(), actor.scope).await?;
        let row = match body.kind {
            RegistryKind::Off => None,
            RegistryKind::Http => Some(RegistryRow { kind: KindRow::Http, list_until: None }),
            RegistryKind::List => {
                let list_until = before.filter(|row| row.kind == KindRow::List).and_then(|row| row.list_until);
                Some(RegistryRow { kind: KindRow::List, list_until })
            }
        };
        let settings = Settings { kind: body.kind, url, valid_days: body.valid_days };
        self.put_setting(actor, NAME, &settings, &secrets, None).await?;
        storage::registry::set(self.store(), actor.scope, row).await?;
        self.registry_settings(actor).await
    }

    /// Takes a part of the registry's list in; it is good from now on for as long as the settings say.
    pub async fn upload_registry(&self, actor: &Actor, body: RegistryUpload) -> Result<RegistrySettings, BackendError> {
        actor.must_configure()?;
        let lines = read_list(&body.text, &actor.country);
        let mut checks = FieldChecks::default();
        checks.require(!lines.is_empty(), "text", "expected one number in each line");
        checks.require(lines.len() <= MOST_LISTED, "text", "expected at most 5000 lines");
        for line in lines.iter().filter(|line| line.number.is_err()).take(20) {
            checks.require(false, "text", &format!("line {}: no telephone number", line.line));
        }
        checks.done()?;
        let (settings, _) = self.setting::<Settings>(actor.scope, NAME).await?;
        if settings.kind != RegistryKind::List {
            return Err(BackendError::NotConfigured("choose the uploaded list as the registry first"));
        }
        let numbers: Vec<Personal<String>> = lines
            .into_iter()
            .filter_map(|line| line.number.ok())
            .map(|one| Personal::new(one.as_str().to_owned()))
            .collect();
        let until = clock::now().plus(DAY * settings.valid_days);
        let row = RegistryRow { kind: KindRow::List, list_until: Some(until) };
        let mut unit = self.store().begin().await?;
        let added = storage::registry::add_numbers(&mut unit, actor.scope, &numbers, body.replace).await?;
        storage::registry::set(&mut unit, actor.scope, Some(row)).await?;
        unit.commit().await?;
        let told = serde_json::json!({ "numbers": numbers.len(), "new": added, "replace": body.replace });
        self.audit(actor, "registry.upload", "list", told).await;
        self.registry_settings(actor).await
    }

    pub async fn test_registry(&self, actor: &Actor, body: TestRegistry) -> Result<TestResult, BackendError> {
        actor.must_configure()?;
        let number = E164::parse(&body.number, Some(&actor.country))
            .map_err(|error| BackendError::field("number", error.to_string()))?;
        let desk = RegistryDesk::of(self.store(), actor.scope, self.reach()).await?;
        let desk = desk.ok_or(BackendError::NotConfigured("no national registry is set up"))?;
        let begun = std::time::Instant::now();
        let asked = desk.ask(&[Personal::new(number.as_str().to_owned())]).await;
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (ok, message) = match asked {
            Ok(listed) if listed.first() == Some(&true) => {
                (true, "The number is listed: it will not be called.".to_owned())
            }
            Ok(_) => (true, "The number is not listed.".to_owned()),
            Err(BackendError::Upstream(error)) => (false, format!("The registry was not asked: {error}.")),
            Err(error) => return Err(error),
        };
        Ok(TestResult { ok, took_ms, message })
    }
}
