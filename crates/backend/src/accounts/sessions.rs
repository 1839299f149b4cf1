//! Where somebody is signed in, and ending it.

use domain::ids::SessionId;
use storage::sessions::{Device, Revoked};
use wire::accounts::{DeviceKind, SessionInfo};

use crate::{Actor, Backend, clock, error::BackendError};

impl Backend {
    pub async fn list_sessions(&self, actor: &Actor) -> Result<Vec<SessionInfo>, BackendError> {
        let sessions = storage::sessions::of_user(self.store(), actor.scope, actor.user, clock::now()).await?;
        Ok(sessions
            .into_iter()
            .map(|session| SessionInfo {
                id: session.id,
                device: match session.device {
                    Device::Desktop => DeviceKind::Desktop,
                    Device::Browser => DeviceKind::Browser,
                },
                user_agent: session.user_agent,
                created_at_ms: session.created_at,
                last_used_at_ms: session.last_used_at,
                current: session.id == actor.session,
            })
            .collect())
    }

    pub async fn revoke_session(&self, actor: &Actor, id: SessionId) -> Result<(), BackendError> {
        let found = storage::sessions::get(self.store(), actor.scope, id).await?;
        if found.is_none_or(|session| session.user_id != actor.user) {
            return Err(BackendError::NotFound("session"));
        }
        storage::sessions::revoke(self.store(), actor.scope, id, Revoked::SignedOut, clock::now()).await?;
        self.sign_in_ended(id).await;
        Ok(())
    }

    /// The sound of an ended sign-in's devices goes with it, and so do its open connections.
    pub(super) async fn sign_in_ended(&self, session: SessionId) {
        self.rights_changed();
        for device in self.devices().close_sign_in(session) {
            self.bridge().close_session(device.session);
            self.device_gone(device);
        }
    }
}
