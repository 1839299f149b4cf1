//! Tenants, users, sign-in.

mod by_hand;
mod refresh;
mod register;
mod sessions;
mod sign_in;
mod users;

pub use by_hand::{AddTo, ByHand, add_user_by_hand};

use domain::{ids::SessionId, pii::Personal, time::UnixMillis};
use storage::{tenants::Tenant as TenantRow, users::User as UserRow};
use wire::accounts::{Me, Tenant, UiLocale, UiTheme, User};

use crate::{Actor, Backend, auth::TokenError, clock, error::BackendError};

impl Backend {
    /// The user behind an access token. The role and whether they are active are read anew each time.
    pub async fn authenticate(&self, token: &str) -> Result<Actor, BackendError> {
        let claims = self.token_key().check(token, clock::now()).map_err(|error| match error {
            TokenError::Expired => BackendError::TokenExpired,
            TokenError::Invalid => BackendError::NotSignedIn,
        })?;
        let scope = storage::TenantScope::authenticated(claims.tenant);
        let store = self.store();
        let (user, session, tenant) = tokio::try_join!(
            storage::users::get(store, scope, claims.sub),
            storage::sessions::get(store, scope, claims.session),
            storage::tenants::get(store, scope),
        )?;
        let live = session.is_some_and(|session| session.is_live(clock::now()));
        let (Some(user), Some(tenant), true) = (user.filter(|user| user.active), tenant, live) else {
            return Err(BackendError::NotSignedIn);
        };
        Ok(Actor {
            scope,
            tenant: claims.tenant,
            user: claims.sub,
            session: claims.session,
            role: user.role,
            name: user.name,
            country: tenant.country,
            zone: tenant.zone,
        })
    }

    /// Whether a connection that `actor` opened earlier may go on: the sign-in lives, and the role is what it was. Nothing
    /// is decided while the database is away.
    pub async fn may_go_on(&self, actor: &Actor) -> bool {
        let store = self.store();
        let found = tokio::try_join!(
            storage::users::get(store, actor.scope, actor.user),
            storage::sessions::get(store, actor.scope, actor.session),
        );
        match found {
            Ok((user, session)) => {
                user.is_some_and(|user| user.active && user.role == actor.role)
                    && session.is_some_and(|session| session.is_live(clock::now()))
            }
            Err(error) => {
                tracing::debug!(%error, "the rights of a connection could not be looked up");
                true
            }
        }
    }

    pub async fn me(&self, actor: &Actor) -> Result<Me, BackendError> {
        let store = self.store();
        let user = storage::users::get(store, actor.scope, actor.user).await?.ok_or(BackendError::NotSignedIn)?;
        let tenant = storage::tenants::get(store, actor.scope).await?.ok_or(BackendError::NotSignedIn)?;
        Ok(me(user, tenant, actor.session))
    }
}

fn me(user: UserRow, tenant: TenantRow, session_id: SessionId) -> Me {
    let tenant = Tenant { id: tenant.id, name: tenant.name, country: tenant.country, zone: tenant.zone };
    Me { user: shown(user), tenant, session_id }
}

pub(crate) fn shown(user: UserRow) -> User {
    User {
        id: user.id,
        name: user.name,
        email: user.email.into_inner(),
        role: user.role,
        active: user.active,
        skills: user.skills,
        languages: user.languages,
        phone: user.phone.map(Personal::into_inner),
        extension: user.extension,
        max_concurrent_calls: user.max_concurrent_calls,
        locale: if user.locale == "hi" { UiLocale::Hi } else { UiLocale::En },
        theme: match user.theme.as_str() {
            "light" => UiTheme::Light,
            "dark" => UiTheme::Dark,
            _ => UiTheme::System,
        },
        created_at_ms: user.created_at,
        last_seen_at_ms: user.last_seen_at,
    }
}

const fn theme_text(theme: UiTheme) -> &'static str {
    match theme {
        UiTheme::System => "system",
        UiTheme::Light => "light",
        UiTheme::Dark => "dark",
    }
}

const fn locale_text(locale: UiLocale) -> &'static str {
    match locale {
        UiLocale::En => "en",
        UiLocale::Hi => "hi",
    }
}

/// A new person. `now` is both when they were made and the meaning of "never seen".
struct NewUser {
    name: String,
    email: String,
    role: domain::role::Role,
    skills: Vec<String>,
    languages: Vec<String>,
    phone: Option<String>,
    extension: Option<String>,
}

impl NewUser {
    fn row(self, now: UnixMillis) -> UserRow {
        UserRow {
            id: domain::ids::UserId::new(clock::new_uuid()),
            name: self.name,
            email: Personal::new(self.email.trim().to_owned()),
            role: self.role,
            active: true,
            skills: self.skills,
            languages: self.languages,
            phone: self.phone.map(Personal::new),
            extension: self.extension,
            max_concurrent_calls: 1,
            locale: "en".to_owned(),
            theme: "system".to_owned(),
            created_at: now,
            last_seen_at: None,
        }
    }
}
