//! Numbers of which an admin has to say that they may be called.

use domain::dialable::Allowed;
use storage::TenantScope;
use wire::config::DialingSettings;

use crate::{Actor, Backend, error::BackendError};

const NAME: &str = "dialing";

impl Backend {
    /// Nothing of it unless an admin has allowed it.
    pub(crate) async fn allowed_numbers(&self, scope: TenantScope) -> Result<Allowed, BackendError> {
        let (allowed, _) = self.setting(scope, NAME).await?;
        Ok(allowed)
    }

    pub async fn dialing_settings(&self, actor: &Actor) -> Result<DialingSettings, BackendError> {
        let Allowed { emergency, premium, satellite } = self.allowed_numbers(actor.scope).await?;
        Ok(DialingSettings { emergency, premium, satellite })
    }

    pub async fn update_dialing_settings(
        &self,
        actor: &Actor,
        body: DialingSettings,
    ) -> Result<DialingSettings, BackendError> {
        actor.must_configure()?;
        let DialingSettings { emergency, premium, satellite } = body;
        self.put_setting(actor, NAME, &Allowed { emergency, premium, satellite }, &Default::default(), None).await?;
        Ok(body)
    }
}
