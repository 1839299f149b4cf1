//! People who sign in. E-mail and outside phone are sealed; the e-mail is unique over all tenants, because sign-in knows
//! no tenant yet.

use domain::{
    ids::{TenantId, UserId},
    pii::Personal,
    role::Role,
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, HashOf, Keyring},
    sql::{On, Order, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: Personal<String>,
    pub role: Role,
    pub active: bool,
    pub skills: Vec<String>,
    /// BCP 47 tags.
    pub languages: Vec<String>,
    /// E.164.
    pub phone: Option<Personal<String>>,
    pub extension: Option<String>,
    pub max_concurrent_calls: u32,
    pub locale: String,
    pub theme: String,
    pub created_at: UnixMillis,
    pub last_seen_at: Option<UnixMillis>,
}

/// What sign-in needs.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub tenant: TenantId,
    pub user: User,
    pub password_hash: Personal<String>,
}

macro_rules! columns {
    ($tail:literal) => {
        concat!(
            "SELECT tenant_id, id, name, email, role, active, skills, languages, phone, extension, max_concurrent_calls, ",
            "locale, theme, created_at_ms, last_seen_at_ms, password_hash FROM users WHERE ",
            $tail
        )
    };
}

/// # Errors
/// `Unique` when the e-mail address is taken in any tenant, or the extension in this one.
pub async fn insert(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    user: &User,
    password_hash: &Personal<String>,
) -> Result<()> {
    let mut on = on.into();
    let keys = on.keys();
    let seals = keys.of(scope, user.id);
    let sql = "INSERT INTO users (tenant_id, id, name, email, email_hash, role, active, password_hash, skills, languages, \
               phone, extension, max_concurrent_calls, locale, theme, created_at_ms, last_seen_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let args = args![
        scope,
        user.id,
        &user.name,
        seals.seal(Column::USER_EMAIL, user.email.reveal())?,
        keys.look_up(HashOf::SignInEmail, None, user.email.reveal()),
        user.role,
        user.active,
        password_hash.reveal(),
        user.skills.as_slice(),
        user.languages.as_slice(),
        seals.seal_personal(Column::USER_PHONE, user.phone.as_ref())?,
        &user.extension,
        user.max_concurrent_calls,
        &user.locale,
        &user.theme,
        user.created_at,
        user.last_seen_at,
    ];
    on.write(sql, args).await?;
    Ok(())
}

/// Writes everything but the password, the e-mail and the times. False when there is no such user.
///
/// # Errors
/// `Unique` when the extension is taken.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, user: &User) -> Result<bool> {
    let mut on = on.into();
    let phone = on.keys().of(scope, user.id).seal_personal(Column::USER_PHONE, user.phone.as_ref())?;
    let sql = "UPDATE users SET name = $3, role = $4, active = $5, skills = $6, languages = $7, phone = $8, extension = $9, \
               max_concurrent_calls = $10, locale = $11, theme = $12 WHERE tenant_id = $1 AND id = $2";
    let args = args![
        scope,
        user.id,
        &user.name,
        user.role,
        user.active,
        user.skills.as_slice(),
        user.languages.as_slice(),
        phone,
        &user.extension,
        user.max_concurrent_calls,
        &user.locale,
        &user.theme,
    ];
    Ok(on.write(sql, args).await? == 1)
}

/// False when there is no such user.
pub async fn set_password(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: UserId,
    password_hash: &Personal<String>,
) -> Result<bool> {
    let sql = "UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id, password_hash.reveal()]).await? == 1)
}

pub async fn touch(on: impl Into<On<'_>>, scope: TenantScope, id: UserId, seen_at: UnixMillis) -> Result<()> {
    let sql = "UPDATE users SET last_seen_at_ms = $3 WHERE tenant_id = $1 AND id = $2";
    on.into().write(sql, args![scope, id, seen_at]).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: UserId) -> Result<Option<User>> {
    let mut on = on.into();
    let row = on.read(columns!("tenant_id = $1 AND id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

pub async fn password_hash(on: impl Into<On<'_>>, scope: TenantScope, id: UserId) -> Result<Option<Personal<String>>> {
    let sql = "SELECT password_hash FROM users WHERE tenant_id = $1 AND id = $2";
    on.into().read(sql, args![scope, id]).await?.map(|row| row.text("password_hash").map(Personal::new)).transpose()
}

/// For sign-in, over all tenants. Upper and lower case are the same.
pub async fn by_email(on: impl Into<On<'_>>, email: &str) -> Result<Option<Credentials>> {
    let mut on = on.into();
    let keys = on.keys();
    let hash = keys.look_up(HashOf::SignInEmail, None, email);
    let Some(row) = on.read(columns!("email_hash = $1"), args![hash]).await? else { return Ok(None) };
    let tenant = row.id("tenant_id")?;
    let user = read(&row, &keys, TenantScope::system(tenant))?;
    Ok(Some(Credentials { tenant, user, password_hash: Personal::new(row.text("password_hash")?) }))
}

/// Opens what is sealed of any one user: proof that the keys are those of the data.
///
/// # Errors
/// `Corrupt` when they are not.
pub async fn any_opens(on: impl Into<On<'_>>) -> Result<()> {
    let mut on = on.into();
    let keys = on.keys();
    if let Some(row) = on.read(columns!("TRUE LIMIT 1"), args![]).await? {
        read(&row, &keys, TenantScope::system(row.id("tenant_id")?))?;
    }
    Ok(())
}

/// Oldest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope, page: PageRequest) -> Result<Page<User>> {
    let mut on = on.into();
    let keys = on.keys();
    let order = Order { by: "created_at_ms", id: "id", newest_first: false };
    Select::new(columns!("tenant_id = $1"), scope)
        .page(&mut on, order, page, |row| {
            let user = read(row, &keys, scope)?;
            let place = (user.created_at.0, user.id.as_uuid());
            Ok((user, place.0, place.1))
        })
        .await
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<User> {
    let id: UserId = row.id("id")?;
    let seals = keys.of(scope, id);
    Ok(User {
        id,
        name: row.text("name")?,
        email: seals.read(Column::USER_EMAIL, row, "email")?,
        role: row.key("role")?,
        active: row.bool("active")?,
        skills: row.json("skills")?,
        languages: row.json("languages")?,
        phone: seals.read_some(Column::USER_PHONE, row, "phone")?,
        extension: row.opt_text("extension")?,
        max_concurrent_calls: row.number("max_concurrent_calls")?,
        locale: row.text("locale")?,
        theme: row.text("theme")?,
        created_at: row.at("created_at_ms")?,
        last_seen_at: row.opt_at("last_seen_at_ms")?,
    })
}
