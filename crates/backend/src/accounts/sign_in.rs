//! Sign-in and sign-out.

use std::{net::IpAddr, time::Duration};

use domain::{ids::SessionId, pii::Personal};
use rand::Rng;
use storage::{
    TenantScope,
    sessions::{Device, Revoked, Session},
    tenants::Tenant as TenantRow,
    users::User as UserRow,
};
use wire::accounts::{DeviceKind, SignIn, SignedIn};

use super::me;
use crate::{
    Actor, Backend,
    auth::{self, ACCESS_TOKEN_S},
    clock,
    error::BackendError,
};

/// A sign-in that is not used for so long ends.
pub(super) const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// 32 random bytes in hexadecimal.
pub(super) fn new_refresh_token() -> Personal<String> {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    Personal::new(hex::encode(bytes))
}

impl Backend {
    pub async fn sign_in(&self, body: SignIn, address: IpAddr, user_agent: String) -> Result<SignedIn, BackendError> {
        let now = clock::now();
        let email = body.email.trim().to_owned();
        let too_many = |retry_after_s| BackendError::TooManyTries { retry_after_s };
        self.throttle().begin(&email, address, now).map_err(too_many)?;
        let found = storage::users::by_email(self.store(), &email).await?;
        let hash = found.as_ref().map(|found| found.password_hash.reveal().clone());
        let right = auth::verify_password(body.password, hash).await?;
        let Some(found) = found.filter(|found| right && found.user.active) else {
            return Err(BackendError::WrongCredentials);
        };
        self.throttle().succeeded(&email, address);
        let scope = TenantScope::authenticated(found.tenant);
        let tenant = storage::tenants::get(self.store(), scope).await?.ok_or(BackendError::WrongCredentials)?;
        self.new_session(scope, found.user, tenant, body.device, user_agent).await
    }

    pub(super) async fn new_session(
        &self,
        scope: TenantScope,
        user: UserRow,
        tenant: TenantRow,
        device: DeviceKind,
        user_agent: String,
    ) -> Result<SignedIn, BackendError> {
        let now = clock::now();
        let refresh = new_refresh_token();
        let session = Session {
            id: SessionId::new(clock::new_uuid()),
            user_id: user.id,
            device: match device {
                DeviceKind::Desktop => Device::Desktop,
                DeviceKind::Browser => Device::Browser,
            },
            user_agent,
            created_at: now,
            last_used_at: now,
            expires_at: now.plus(SESSION_LIFE),
            revoked: None,
        };
        storage::sessions::create(self.store(), scope, &session, &refresh).await?;
        storage::users::touch(self.store(), scope, user.id, now).await?;
        self.signed_in(user, tenant, session.id, refresh)
    }

    pub(super) fn signed_in(
        &self,
        user: UserRow,
        tenant: TenantRow,
        session: SessionId,
        refresh: Personal<String>,
    ) -> Result<SignedIn, BackendError> {
        let access_token = self
            .token_key()
            .issue(user.id, tenant.id, session, clock::now())
            .map_err(|error| BackendError::Internal(error.to_string()))?;
        Ok(SignedIn {
            access_token,
            expires_in_s: ACCESS_TOKEN_S,
            refresh_token: Some(refresh),
            me: me(user, tenant, session),
        })
    }

    pub async fn sign_out(&self, actor: &Actor) -> Result<(), BackendError> {
        storage::sessions::revoke(self.store(), actor.scope, actor.session, Revoked::SignedOut, clock::now()).await?;
        self.sign_in_ended(actor.session).await;
        self.agent_signed_out(actor).await;
        Ok(())
    }
}
