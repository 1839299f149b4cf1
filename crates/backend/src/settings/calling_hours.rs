//! The hours in which people may be called when no campaign says others.

use serde::{Deserialize, Serialize};
use storage::TenantScope;
use wire::config::CallingHours;

use crate::{
    Actor, Backend, campaigns,
    error::{BackendError, FieldChecks},
};

const NAME: &str = "calling_hours";

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Row(CallingHours);

impl Default for Row {
    /// Within what the rules on telephone sales allow in India (09:00 to 21:00, TCCCPR 2018) and in the United States (08:00 to
    /// 21:00, 47 CFR 64.1200(c)(1)).
    fn default() -> Self {
        Self(CallingHours { days: (1..=7).collect(), from_minute: 9 * 60, to_minute: 21 * 60 })
    }
}

impl Backend {
    pub(crate) async fn hours_without_campaign(&self, scope: TenantScope) -> Result<CallingHours, BackendError> {
        let (Row(hours), _) = self.setting(scope, NAME).await?;
        Ok(hours)
    }

    pub async fn calling_hours(&self, actor: &Actor) -> Result<CallingHours, BackendError> {
        self.hours_without_campaign(actor.scope).await
    }

    pub async fn update_calling_hours(&self, actor: &Actor, body: CallingHours) -> Result<CallingHours, BackendError> {
        actor.must_configure()?;
        let mut checks = FieldChecks::default();
        campaigns::check_hours(&mut checks, &body, "hours");
        checks.done()?;
        self.put_setting(actor, NAME, &body, &Default::default(), None).await?;
        Ok(body)
    }
}
