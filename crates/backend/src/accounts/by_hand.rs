//! Users that whoever holds the machine adds. Needs nothing but the store, so that a server may run beside it.

use domain::{ids::TenantId, pii::Personal, role::Role, time::UnixMillis};
use storage::{Store, TenantScope, tenants::Tenant as TenantRow};

use super::{
    NewUser,
    register::{check_email, check_password, check_place},
};
use crate::{
    auth, clock,
    error::{BackendError, FieldChecks},
    queues,
};

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct ByHand {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// 12 to 200 characters.
    pub password: Personal<String>,
}

/// Where somebody is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddTo {
    /// The only tenant.
    Only,
    /// The tenant of whoever has this e-mail address.
    TenantOf(String),
    /// A tenant that is made for its first admin, while there is none yet. Country as ISO 3166, zone as IANA has it.
    First { name: String, country: String, zone: String },
}

/// Adds a user.
///
/// # Errors
/// `Conflict` when there is no such tenant, or several: the words say what to do. `NotFound` when nobody has the e-mail
/// address of [`AddTo::TenantOf`]. `InvalidFields`, `AlreadyExists` as in the app.
pub async fn add_user_by_hand(store: &Store, user: ByHand, to: AddTo) -> Result<(), BackendError> {
    let now = clock::now();
    let ByHand { name, email, role, password } = user;
    let mut checks = FieldChecks::default();
    checks.text(&name, 100, "name");
    check_email(&mut checks, &email);
    check_password(&mut checks, "password", &password);
    if let AddTo::First { name, country, zone } = &to {
        checks.text(name, 100, "tenant");
        check_place(&mut checks, country, zone);
        checks.require(
            role == Role::TenantAdmin,
            "role",
            "expected tenant_admin: the first user of a tenant is its admin",
        );
    }
    checks.done()?;
    let tenant = tenant(store, to, now).await?;
    let new = NewUser {
        name: name.trim().to_owned(),
        email,
        role,
        skills: Vec::new(),
        languages: vec!["en".to_owned()],
        phone: None,
        extension: None,
    };
    let user = new.row(now);
    let hash = Personal::new(auth::hash_password(password).await?);
    let mut unit = store.begin().await?;
    let scope = match &tenant {
        Where::New(row) => {
            storage::tenants::insert(&mut unit, row).await?;
            TenantScope::system(row.id)
        }
        Where::There(id) => TenantScope::system(*id),
    };
    storage::users::insert(&mut unit, scope, &user, &hash).await?;
    if role.takes_calls() {
        storage::agents::ensure(&mut unit, scope, user.id, now).await?;
    }
    if matches!(tenant, Where::New(_)) {
        queues::first(&mut unit, scope, user.id, now).await?;
    }
    unit.commit().await?;
    Ok(())
}

enum Where {
    There(TenantId),
    New(TenantRow),
}

async fn tenant(store: &Store, to: AddTo, now: UnixMillis) -> Result<Where, BackendError> {
    let all = storage::tenants::all(store).await?;
    match (to, all.as_slice()) {
        (AddTo::TenantOf(colleague), _) => {
            let found = storage::users::by_email(store, &colleague).await?;
            Ok(Where::There(found.ok_or(BackendError::NotFound("user"))?.tenant))
        }
        (AddTo::First { name, country, zone }, []) => {
            let id = TenantId::new(clock::new_uuid());
            Ok(Where::New(TenantRow { id, name: name.trim().to_owned(), country, zone, created_at: now }))
        }
        (AddTo::First { .. }, _) => Err(BackendError::Conflict(
            "there is a tenant already, and --tenant makes the first one only; leave it out, or name a colleague by --tenant-of",
        )),
        (AddTo::Only, [only]) => Ok(Where::There(only.id)),
        (AddTo::Only, []) => Err(BackendError::Conflict(
            "there is no tenant yet; add --tenant NAME to make it with this user as its admin, or open the app and set it up",
        )),
        (AddTo::Only, _) => Err(BackendError::Conflict("there are several tenants; name one by --tenant-of")),
    }
}
