//! Campaigns: script, outcomes, hours, caller id.

use domain::{
    dispositions as outcomes,
    ids::{CallId, CampaignId, DispositionSetId},
    opt_out,
    phone_number::E164,
    time::UnixMillis,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use storage::{TenantScope, campaigns::Campaign as CampaignRow, disposition_sets::Choice};
use wire::config::{CallingHours, Campaign, CampaignInput, CampaignState, Disposition, ScriptStep};

use crate::{
    Actor, Backend, clock, disposition_sets,
    error::{BackendError, FieldChecks},
};

pub(crate) fn read<T: DeserializeOwned>(value: &Value, what: &str) -> Result<T, BackendError> {
    T::deserialize(value).map_err(|error| BackendError::Internal(format!("stored {what}: {error}")))
}

pub(crate) fn write<T: Serialize>(value: &T) -> Result<Value, BackendError> {
    serde_json::to_value(value).map_err(|error| BackendError::Internal(error.to_string()))
}

/// The outcomes that are written down: as they are, or the default ones.
fn or_default(written: &Value) -> Result<Vec<outcomes::Disposition>, BackendError> {
    let own: Vec<outcomes::Disposition> = read(written, "dispositions")?;
    Ok(if own.is_empty() { outcomes::default_set() } else { own })
}

/// The same outcomes as the contract names them; both have the same JSON.
pub(crate) fn as_wire(set: &[outcomes::Disposition]) -> Result<Vec<Disposition>, BackendError> {
    read(&write(&set)?, "dispositions")
}

fn shown(row: CampaignRow, choice: Option<(DispositionSetId, Value)>) -> Result<Campaign, BackendError> {
    let own = choice.is_none() && row.dispositions.as_array().is_some_and(|own| !own.is_empty());
    let (disposition_set_id, written) = match choice {
        Some((id, body)) => (Some(id), body),
        None => (None, row.dispositions.clone()),
    };
    Ok(Campaign {
        id: row.id,
        state: match row.state.as_str() {
            "active" => CampaignState::Active,
            "paused" => CampaignState::Paused,
            "completed" => CampaignState::Completed,
            _ => CampaignState::Draft,
        },
        dispositions: as_wire(&or_default(&written)?)?,
        disposition_set_id,
        own_dispositions: own,
        opt_out_key: row.opt_out_key.clone(),
        script: read(&row.script, "script")?,
        hours: hours_of(&row)?,
        name: row.name,
        caller_id: row.caller_id,
        recording: row.recording,
        detect_machines: row.detect_machines,
        local_presence: row.local_presence,
        agent_ids: row.agent_ids,
        version: row.version,
    })
}

/// `field`: where the hours are in the request.
pub(crate) fn check_hours(checks: &mut FieldChecks, hours: &CallingHours, field: &str) {
    let span = hours.from_minute < hours.to_minute && hours.to_minute <= 24 * 60;
    let days = !hours.days.is_empty() && hours.days.iter().all(|day| (1..=7).contains(day));
    checks.require(span, field, "expected from below to, at most 24:00");
    checks.require(days, &format!("{field}.days"), "expected days 1 (Monday) to 7");
}

/// The hours in which people of a campaign may be called.
pub(crate) fn hours_of(row: &CampaignRow) -> Result<CallingHours, BackendError> {
    read(&row.hours, "calling hours")
}

/// Refuses a call outside these hours where the person is.
pub(crate) fn within_hours(hours: &CallingHours, zone: &str, now: UnixMillis) -> Result<(), BackendError> {
    let hours = domain::windows::CallingHours {
        days: hours.days.clone(),
        from_minute: hours.from_minute,
        to_minute: hours.to_minute,
    };
    match domain::windows::look(&hours, zone, now) {
        Ok(domain::windows::Window::Open { .. }) => Ok(()),
        Ok(domain::windows::Window::Closed { opens_at }) => Err(BackendError::OutsideCallingHours { opens_at }),
        Err(error) => Err(BackendError::field("zone", error.to_string())),
    }
}

fn check(actor: &Actor, input: &CampaignInput) -> Result<(), BackendError> {
    let mut checks = FieldChecks::default();
    checks.text(&input.name, 80, "name");
    checks.require(input.script.len() <= 50, "script", "expected at most 50 steps");
    checks.require(input.dispositions.len() <= 60, "dispositions", "expected at most 60");
    check_hours(&mut checks, &input.hours, "hours");
    for (index, step) in input.script.iter().enumerate() {
        checks.text(&step.title, 80, &format!("script[{index}].title"));
        checks.at_most(&step.say, 2000, &format!("script[{index}].say"));
    }
    let key = input.opt_out_key.as_deref().filter(|key| !key.is_empty());
    let is_key = key.is_none_or(|key| key.len() == 1 && key.chars().all(opt_out::is_key));
    checks.require(is_key, "opt_out_key", "expected one of 0-9 * #");
    if let Some(caller_id) = input.caller_id.as_deref().filter(|text| !text.is_empty())
        && let Err(error) = E164::parse(caller_id, Some(&actor.country))
    {
        checks.require(false, "caller_id", &error.to_string());
    }
    checks.done()
}

fn row(
    actor: &Actor,
    input: &CampaignInput,
    id: CampaignId,
    version: u32,
    created_at: UnixMillis,
) -> Result<CampaignRow, BackendError> {
    // Refused here, not when an agent wants to save a result.
    let own = match (input.disposition_set_id, input.dispositions.is_empty()) {
        (None, false) => disposition_sets::checked(&input.dispositions, "dispositions")?,
        _ => Vec::new(),
    };
    let dispositions = write(&own)?;
    Ok(CampaignRow {
        id,
        name: input.name.trim().to_owned(),
        state: match input.state {
            CampaignState::Draft => "draft",
            CampaignState::Active => "active",
            CampaignState::Paused => "paused",
            CampaignState::Completed => "completed",
        }
        .to_owned(),
        caller_id: input
            .caller_id
            .as_deref()
            .filter(|text| !text.is_empty())
            .and_then(|text| E164::parse(text, Some(&actor.country)).ok())
            .map(|number| number.as_str().to_owned()),
        script: write(&input.script)?,
        dispositions,
        hours: write(&input.hours)?,
        recording: input.recording,
        detect_machines: input.detect_machines,
        local_presence: input.local_presence,
        opt_out_key: input.opt_out_key.clone().filter(|key| !key.is_empty()),
        agent_ids: input.agent_ids.clone(),
        version,
        created_at,
    })
}

impl Backend {
    pub(crate) async fn campaign_row(&self, scope: TenantScope, id: CampaignId) -> Result<CampaignRow, BackendError> {
        storage::campaigns::get(self.store(), scope, id).await?.ok_or(BackendError::NotFound("campaign"))
    }

    pub async fn list_campaigns(&self, actor: &Actor) -> Result<Vec<Campaign>, BackendError> {
        let had = storage::disposition_sets::sets_of_campaigns(self.store(), actor.scope).await?;
        let sets = storage::disposition_sets::list(self.store(), actor.scope).await?;
        let choice = |id| {
            let (_, set) = had.iter().find(|(campaign, _)| *campaign == id)?;
            sets.iter().find(|one| one.id == *set).map(|one| (one.id, one.body.clone()))
        };
        let rows = storage::campaigns::list(self.store(), actor.scope).await?;
        rows.into_iter().map(|row| (choice(row.id), row)).map(|(choice, row)| shown(row, choice)).collect()
    }

    async fn shown_with_set(&self, scope: TenantScope, row: CampaignRow) -> Result<Campaign, BackendError> {
        let choice = storage::disposition_sets::choice_of(self.store(), scope, row.id).await?;
        let set = match choice {
            Some(Choice::Set(id)) => storage::disposition_sets::get(self.store(), scope, id).await?,
            Some(Choice::Own(_)) | None => None,
        };
        shown(row, set.map(|set| (set.id, set.body)))
    }

    pub async fn get_campaign(&self, actor: &Actor, id: CampaignId) -> Result<Campaign, BackendError> {
        let row = self.campaign_row(actor.scope, id).await?;
        self.shown_with_set(actor.scope, row).await
    }

    /// A set that a campaign may choose.
    async fn choice(&self, actor: &Actor, body: &CampaignInput, own: &Value) -> Result<Choice, BackendError> {
        let Some(id) = body.disposition_set_id else { return Ok(Choice::Own(own.clone())) };
        let set = storage::disposition_sets::get(self.store(), actor.scope, id).await?;
        let set = set.ok_or_else(|| BackendError::field("disposition_set_id", "no such set here"))?;
        let had = storage::disposition_sets::sets_of_campaigns(self.store(), actor.scope).await?;
        if set.archived_at.is_some() && !had.iter().any(|(_, one)| *one == id) {
            return Err(BackendError::field("disposition_set_id", "this set was put away"));
        }
        Ok(Choice::Set(id))
    }

    pub async fn create_campaign(&self, actor: &Actor, body: CampaignInput) -> Result<Campaign, BackendError> {
        actor.must_configure()?;
        check(actor, &body)?;
        let row = row(actor, &body, CampaignId::new(clock::new_uuid()), 1, clock::now())?;
        let choice = self.choice(actor, &body, &row.dispositions).await?;
        let mut unit = self.store().begin().await?;
        storage::campaigns::insert(&mut unit, actor.scope, &row).await?;
        storage::disposition_sets::choose(&mut unit, actor.scope, row.id, None, &choice, clock::now()).await?;
        unit.commit().await?;
        self.settings_changed(actor, "campaign.create", &row.id.to_string()).await;
        self.shown_with_set(actor.scope, row).await
    }

    pub async fn update_campaign(
        &self,
        actor: &Actor,
        id: CampaignId,
        body: CampaignInput,
    ) -> Result<Campaign, BackendError> {
        actor.must_configure()?;
        check(actor, &body)?;
        let old = self.campaign_row(actor.scope, id).await?;
        let mut row = row(actor, &body, id, old.version, old.created_at)?;
        let (choice, before) = (self.choice(actor, &body, &row.dispositions).await?, Some(&old.dispositions));
        let mut unit = self.store().begin().await?;
        row.version = storage::campaigns::update(&mut unit, actor.scope, &row).await?;
        storage::disposition_sets::choose(&mut unit, actor.scope, id, before, &choice, clock::now()).await?;
        unit.commit().await?;
        self.settings_changed(actor, "campaign.update", &id.to_string()).await;
        self.shown_with_set(actor.scope, row).await
    }

    pub async fn default_dispositions(&self, _actor: &Actor) -> Result<Vec<Disposition>, BackendError> {
        as_wire(&outcomes::default_set())
    }

    async fn campaign_of_call(&self, actor: &Actor, id: CallId) -> Result<Option<CampaignRow>, BackendError> {
        let call = self.call_row(actor, id).await?;
        match call.campaign_id {
            Some(campaign) => Ok(Some(self.campaign_row(actor.scope, campaign).await?)),
            None => Ok(None),
        }
    }

    /// The outcomes for a call as the rules take them: those that were in force when it began, also when they were changed in the
    /// middle of it or since.
    pub(crate) async fn disposition_set(
        &self,
        actor: &Actor,
        id: CallId,
    ) -> Result<Vec<outcomes::Disposition>, BackendError> {
        let call = self.call_row(actor, id).await?;
        let Some(campaign) = call.campaign_id else { return Ok(outcomes::default_set()) };
        let chosen = storage::disposition_sets::in_force(self.store(), actor.scope, campaign, call.started_at).await?;
        match chosen {
            Some(chosen) => or_default(&chosen.body),
            None => or_default(&self.campaign_row(actor.scope, campaign).await?.dispositions),
        }
    }

    pub async fn call_dispositions(&self, actor: &Actor, id: CallId) -> Result<Vec<Disposition>, BackendError> {
        as_wire(&self.disposition_set(actor, id).await?)
    }

    pub async fn call_script(&self, actor: &Actor, id: CallId) -> Result<Vec<ScriptStep>, BackendError> {
        match self.campaign_of_call(actor, id).await? {
            Some(row) => read(&row.script, "script"),
            None => Ok(Vec::new()),
        }
    }
}
