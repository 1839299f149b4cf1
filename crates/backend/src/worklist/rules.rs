//! How leads are handed out: a setting of the tenant.

use std::time::Duration;

use domain::worklist::HandOutRules;
use serde::{Deserialize, Serialize};
use storage::TenantScope;
use wire::worklist::HandOutSettings;

use crate::{
    Actor, Backend,
    error::{BackendError, FieldChecks},
};

const NAME: &str = "hand_out";

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Row(HandOutSettings);

impl Default for Row {
    /// A minute: two agents never dial one person one after the other, and a call that broke off is not kept waiting for long.
    fn default() -> Self {
        Self(HandOutSettings { min_gap_s: 60, most_attempts: 6, lease_s: 300 })
    }
}

impl Backend {
    pub(crate) async fn hand_out_rules(&self, scope: TenantScope) -> Result<HandOutRules, BackendError> {
        let (Row(set), _) = self.setting(scope, NAME).await?;
        Ok(HandOutRules {
            min_gap: Duration::from_secs(u64::from(set.min_gap_s)),
            most_attempts: set.most_attempts,
            lease: Duration::from_secs(u64::from(set.lease_s)),
        })
    }

    pub async fn hand_out_settings(&self, actor: &Actor) -> Result<HandOutSettings, BackendError> {
        let (Row(set), _) = self.setting(actor.scope, NAME).await?;
        Ok(set)
    }

    pub async fn update_hand_out(&self, actor: &Actor, body: HandOutSettings) -> Result<HandOutSettings, BackendError> {
        actor.must_configure()?;
        let mut checks = FieldChecks::default();
        checks.range(body.min_gap_s, 0, 86_400, "min_gap_s");
        checks.range(body.most_attempts, 1, 100, "most_attempts");
        checks.range(body.lease_s, 60, 3600, "lease_s");
        checks.done()?;
        self.put_setting(actor, NAME, &body, &Default::default(), None).await?;
        Ok(body)
    }
}
