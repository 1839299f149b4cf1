//! Checks of sound and network before a shift: kept, judged, and shown to supervisors.

use std::time::Duration;

use bridge::PortId;
use domain::{
    device_check::{CheckFigures, judge, overall},
    ids::MediaSessionId,
};
use wire::{
    accounts::DeviceKind,
    device_check::{DeviceCheck, MediaLoop, SaveDeviceCheck, StartMediaLoop},
};

use crate::{Actor, Backend, clock, error::BackendError};

/// How long the server holds sound back at most.
const LONGEST_LOOP_MS: u32 = 5_000;

impl Backend {
    pub async fn save_device_check(&self, actor: &Actor, body: SaveDeviceCheck) -> Result<DeviceCheck, BackendError> {
        actor.must_take_calls()?;
        let (lines, at) = (judge(&body.figures), clock::now());
        let verdict = overall(&lines);
        let app = match body.app {
            DeviceKind::Desktop => "desktop",
            DeviceKind::Browser => "browser",
        };
        let figures = serde_json::to_value(body.figures).map_err(|_| BackendError::Unavailable)?;
        let (store, scope) = (self.store(), actor.scope);
        storage::device_checks::add(store, scope, actor.user, at, app, verdict.as_str(), &figures).await?;
        storage::device_checks::prune(store, scope, actor.user).await?;
        Ok(DeviceCheck {
            user_id: actor.user,
            user_name: actor.name.clone(),
            at_ms: at,
            app: body.app,
            verdict,
            lines: lines.to_vec(),
            figures: body.figures,
        })
    }

    /// The actor's own, the newest first.
    pub async fn own_device_checks(&self, actor: &Actor) -> Result<Vec<DeviceCheck>, BackendError> {
        let rows = storage::device_checks::of_user(self.store(), actor.scope, actor.user).await?;
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// The last one of each agent.
    pub async fn agents_device_checks(&self, actor: &Actor) -> Result<Vec<DeviceCheck>, BackendError> {
        actor.must_supervise()?;
        let rows = storage::device_checks::latest(self.store(), actor.scope).await?;
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// Lets a device of the actor hear itself.
    pub async fn start_media_loop(
        &self,
        actor: &Actor,
        id: MediaSessionId,
        body: StartMediaLoop,
    ) -> Result<MediaLoop, BackendError> {
        if body.delay_ms > LONGEST_LOOP_MS {
            return Err(BackendError::field("delay_ms", "expected at most 5000"));
        }
        self.own_device(actor, id)?;
        if !self.bridge().set_loop(id, Some(Duration::from_millis(body.delay_ms.into()))).await {
            return Err(BackendError::Conflict("this device is in a call"));
        }
        self.media_loop(actor, id).await
    }

    /// Whether a device of the actor hears itself, and how its packets come in.
    pub async fn media_loop(&self, actor: &Actor, id: MediaSessionId) -> Result<MediaLoop, BackendError> {
        self.own_device(actor, id)?;
        let delay = self.bridge().looped(id).await.ok_or(BackendError::NotFound("loop"))?;
        let stats = self.bridge().stats(PortId::Session(id)).await.unwrap_or_default();
        Ok(MediaLoop {
            session_id: id,
            delay_ms: u32::try_from(delay.as_millis()).unwrap_or(LONGEST_LOOP_MS),
            round_trip_ms: stats.round_trip_ms,
            jitter_ms: stats.jitter_ms,
            loss_percent: stats.loss_fraction * 100.0,
        })
    }

    pub async fn end_media_loop(&self, actor: &Actor, id: MediaSessionId) -> Result<(), BackendError> {
        self.own_device(actor, id)?;
        self.bridge().set_loop(id, None).await;
        Ok(())
    }
}

/// Judged as of now: the rules may have changed since. Figures of another version that cannot be read are left out.
fn shown(row: storage::device_checks::DeviceCheck) -> Option<DeviceCheck> {
    let figures: CheckFigures = serde_json::from_value(row.figures).ok()?;
    let lines = judge(&figures);
    Some(DeviceCheck {
        user_id: row.user_id,
        user_name: row.user_name,
        at_ms: row.at,
        app: if row.app == "browser" { DeviceKind::Browser } else { DeviceKind::Desktop },
        verdict: overall(&lines),
        lines: lines.to_vec(),
        figures,
    })
}
