//! Sign-ins: each is a family of refresh tokens of which only the newest works, once. A second use of any ends the family
//! (RFC 9700 section 4.14.2), unless it is the same attempt once more, whose answer was lost. Tokens and attempts are stored
//! as keyed hashes.

use domain::{
    ids::{SessionId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, Unit, args, text_keys},
};

text_keys! {
    /// Where the session lives.
    Device {
        Desktop = "desktop",
        Browser = "browser",
    }
}

text_keys! {
    /// Why a session was ended before its time.
    Revoked {
        SignedOut = "signed_out",
        TokenReused = "token_reused",
        PasswordChanged = "password_changed",
        ByAdmin = "by_admin",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub device: Device,
    pub user_agent: String,
    pub created_at: UnixMillis,
    pub last_used_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub revoked: Option<Revoked>,
}

impl Session {
    pub fn is_live(&self, now: UnixMillis) -> bool {
        self.revoked.is_none() && now < self.expires_at
    }
}

/// Whose token it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenOwner {
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
}

/// What became of a refresh token that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The next token is in force.
    Rotated(TokenOwner),
    /// The same attempt as before, and the token that it got has not been used: it still is the next.
    Repeated(TokenOwner),
    /// It had been used before: the whole family is ended now.
    Reused(TokenOwner),
    /// The session has run out or was ended.
    Ended(TokenOwner),
    /// Never given out.
    Unknown,
}

/// `last_used_at` and `revoked` of the argument are taken as they are.
pub async fn create(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    session: &Session,
    first_token: &Personal<String>,
) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "INSERT INTO sessions (tenant_id, id, user_id, device, user_agent, generation, created_at_ms, \
               last_used_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8)";
    let args = args![
        scope,
        session.id,
        session.user_id,
        session.device,
        &session.user_agent,
        session.created_at,
        session.last_used_at,
        session.expires_at,
    ];
    on.write(sql, args).await?;
    insert_token(&mut on, scope, session.id, 1, first_token, session.created_at).await?;
    unit.finish().await
}

/// A refresh token that is handed in for the next.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    pub token: &'a Personal<String>,
    /// Goes with every repeat of this exchange; `next` is then the same in each.
    pub attempt: Option<&'a Personal<String>>,
    pub next: &'a Personal<String>,
}

/// Uses up the token and puts the next in its place, or ends the family, in one transaction. Only one of two simultaneous
/// uses can win; the other counts as re-use, unless both are the same attempt. A live session then runs until `expires_at`.
pub async fn rotate(
    on: impl Into<On<'_>>,
    exchange: Exchange<'_>,
    now: UnixMillis,
    expires_at: UnixMillis,
) -> Result<Rotation> {
    let mut unit = Unit::of(on.into()).await?;
    let rotation = rotate_in(&mut unit.on(), exchange, now, expires_at).await?;
    unit.finish().await?;
    Ok(rotation)
}

async fn rotate_in(
    on: &mut On<'_>,
    exchange: Exchange<'_>,
    now: UnixMillis,
    expires_at: UnixMillis,
) -> Result<Rotation> {
    let hash = on.keys().hash("refresh", None, exchange.token.reveal());
    let attempt = exchange.attempt.map(|attempt| on.keys().hash("refresh_attempt", None, attempt.reveal()));
    let sql = "UPDATE refresh_tokens SET used_at_ms = $2, attempt_hash = $3 \
               WHERE token_hash = $1 AND used_at_ms IS NULL RETURNING generation";
    let first_use = on.write_returning(sql, args![&hash, now, &attempt]).await?;
    let sql = "SELECT s.tenant_id, s.id, s.user_id, s.device, s.user_agent, s.created_at_ms, s.last_used_at_ms, \
               s.expires_at_ms, s.revoked_because FROM refresh_tokens t JOIN sessions s \
               ON s.tenant_id = t.tenant_id AND s.id = t.session_id WHERE t.token_hash = $1";
    let Some(row) = on.read(sql, args![&hash]).await? else { return Ok(Rotation::Unknown) };
    let session = read(&row)?;
    let owner = TokenOwner { tenant: row.id("tenant_id")?, user: session.user_id, session: session.id };
    let scope = TenantScope::system(owner.tenant);
    if !session.is_live(now) {
        return Ok(Rotation::Ended(owner));
    }
    let Some(used) = first_use else {
        if is_repeat(on, &hash, attempt, exchange.next).await? {
            return Ok(Rotation::Repeated(owner));
        }
        revoke(On::from_ref(on), scope, session.id, Revoked::TokenReused, now).await?;
        return Ok(Rotation::Reused(owner));
    };
    let generation = used.int("generation")? + 1;
    insert_token(on, scope, session.id, generation, exchange.next, now).await?;
    let sql = "UPDATE sessions SET generation = $3, last_used_at_ms = $4, expires_at_ms = $5 WHERE tenant_id = $1 AND id = $2";
    on.write(sql, args![scope, session.id, generation, now, expires_at]).await?;
    Ok(Rotation::Rotated(owner))
}

/// Whether the used token was used by this attempt, and `next`, which it got then, is still unused.
async fn is_repeat(on: &mut On<'_>, used: &str, attempt: Option<String>, next: &Personal<String>) -> Result<bool> {
    let Some(attempt) = attempt else { return Ok(false) };
    let next = on.keys().hash("refresh", None, next.reveal());
    let sql = "SELECT n.generation FROM refresh_tokens t JOIN refresh_tokens n ON n.tenant_id = t.tenant_id \
               AND n.session_id = t.session_id AND n.generation = t.generation + 1 \
               WHERE t.token_hash = $1 AND t.attempt_hash = $2 AND n.token_hash = $3 AND n.used_at_ms IS NULL";
    Ok(on.read(sql, args![used, attempt, next]).await?.is_some())
}

async fn insert_token(
    on: &mut On<'_>,
    scope: TenantScope,
    session: SessionId,
    generation: i64,
    token: &Personal<String>,
    now: UnixMillis,
) -> Result<()> {
    let hash = on.keys().hash("refresh", None, token.reveal());
    let sql = "INSERT INTO refresh_tokens (token_hash, tenant_id, session_id, generation, made_at_ms) \
               VALUES ($1, $2, $3, $4, $5)";
    on.write(sql, args![hash, scope, session, generation, now]).await?;
    Ok(())
}

const GET: &str = "SELECT id, user_id, device, user_agent, created_at_ms, last_used_at_ms, expires_at_ms, revoked_because \
                   FROM sessions WHERE tenant_id = $1 AND id = $2";
const LIVE_OF_USER: &str = "SELECT id, user_id, device, user_agent, created_at_ms, last_used_at_ms, expires_at_ms, \
                            revoked_because FROM sessions WHERE tenant_id = $1 AND user_id = $2 \
                            AND revoked_at_ms IS NULL AND expires_at_ms > $3 ORDER BY last_used_at_ms DESC, id";

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: SessionId) -> Result<Option<Session>> {
    on.into().read(GET, args![scope, id]).await?.as_ref().map(read).transpose()
}

/// Live sessions, last used first.
pub async fn of_user(on: impl Into<On<'_>>, scope: TenantScope, user: UserId, now: UnixMillis) -> Result<Vec<Session>> {
    on.into().read_all(LIVE_OF_USER, args![scope, user, now]).await?.iter().map(read).collect()
}

/// False when there is no such session, or it was ended before.
pub async fn revoke(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: SessionId,
    because: Revoked,
    now: UnixMillis,
) -> Result<bool> {
    let sql = "UPDATE sessions SET revoked_at_ms = $3, revoked_because = $4 \
               WHERE tenant_id = $1 AND id = $2 AND revoked_at_ms IS NULL";
    Ok(on.into().write(sql, args![scope, id, now, because]).await? == 1)
}

/// Ends every session of a user but `keep`; returns which.
pub async fn revoke_all(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    user: UserId,
    keep: Option<SessionId>,
    because: Revoked,
    now: UnixMillis,
) -> Result<Vec<SessionId>> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let mut ended = Vec::new();
    for row in on.read_all(LIVE_OF_USER, args![scope, user, now]).await? {
        let id = row.id("id")?;
        if Some(id) != keep && revoke(On::from_ref(&mut on), scope, id, because, now).await? {
            ended.push(id);
        }
    }
    unit.finish().await?;
    Ok(ended)
}

/// Forgets families that ran out before `before`, of every tenant; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let tokens = "DELETE FROM refresh_tokens WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.tenant_id = refresh_tokens.tenant_id \
                  AND s.id = refresh_tokens.session_id AND s.expires_at_ms < $1)";
    on.write(tokens, args![before]).await?;
    let gone = on.write("DELETE FROM sessions WHERE expires_at_ms < $1", args![before]).await?;
    unit.finish().await?;
    Ok(gone)
}

fn read(row: &Row) -> Result<Session> {
    Ok(Session {
        id: row.id("id")?,
        user_id: row.id("user_id")?,
        device: row.key("device")?,
        user_agent: row.text("user_agent")?,
        created_at: row.at("created_at_ms")?,
        last_used_at: row.at("last_used_at_ms")?,
        expires_at: row.at("expires_at_ms")?,
        revoked: row.opt_key("revoked_because")?,
    })
}
