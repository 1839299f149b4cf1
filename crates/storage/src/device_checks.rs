//! Checks of sound and network that agents made before their shifts.

use domain::{ids::UserId, time::UnixMillis};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, args},
};

/// Kept for each user by [`prune`].
pub const KEPT: u32 = 20;

#[derive(Debug, Clone, PartialEq)]
pub struct DeviceCheck {
    pub user_id: UserId,
    pub user_name: String,
    pub at: UnixMillis,
    /// Which app measured.
    pub app: String,
    pub verdict: String,
    pub figures: Value,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT c.user_id, u.name, c.at_ms, c.app, c.verdict, c.figures FROM device_checks c ",
            "JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id WHERE c.tenant_id = $1",
            $tail
        )
    };
}

/// Adds a check. Two of a user in the same millisecond are one.
///
/// # Errors
/// `NoSuchReference` when the user is not in this tenant.
pub async fn add(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    user: UserId,
    at: UnixMillis,
    app: &str,
    verdict: &str,
    figures: &Value,
) -> Result<()> {
    let sql = "INSERT INTO device_checks (tenant_id, user_id, at_ms, app, verdict, figures) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, user_id, at_ms) DO UPDATE SET \
               app = excluded.app, verdict = excluded.verdict, figures = excluded.figures";
    on.into().write(sql, args![scope, user, at, app, verdict, figures]).await?;
    Ok(())
}

/// Forgets all of a user's checks but the newest [`KEPT`].
pub async fn prune(on: impl Into<On<'_>>, scope: TenantScope, user: UserId) -> Result<()> {
    let sql = "DELETE FROM device_checks WHERE tenant_id = $1 AND user_id = $2 AND at_ms NOT IN (SELECT at_ms \
               FROM device_checks WHERE tenant_id = $1 AND user_id = $2 ORDER BY at_ms DESC LIMIT $3)";
    on.into().write(sql, args![scope, user, KEPT]).await?;
    Ok(())
}

/// One user's checks, the newest first.
pub async fn of_user(on: impl Into<On<'_>>, scope: TenantScope, user: UserId) -> Result<Vec<DeviceCheck>> {
    let sql = select!(" AND c.user_id = $2 ORDER BY c.at_ms DESC");
    on.into().read_all(sql, args![scope, user]).await?.iter().map(read).collect()
}

/// The last check of each active user who has made one, in the order of their names.
pub async fn latest(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<DeviceCheck>> {
    let sql = select!(
        " AND u.active = TRUE AND c.at_ms = (SELECT MAX(d.at_ms) FROM device_checks d WHERE d.tenant_id = c.tenant_id \
         AND d.user_id = c.user_id) ORDER BY u.name, c.user_id"
    );
    on.into().read_all(sql, args![scope]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<DeviceCheck> {
    Ok(DeviceCheck {
        user_id: row.id("user_id")?,
        user_name: row.text("name")?,
        at: row.at("at_ms")?,
        app: row.text("app")?,
        verdict: row.text("verdict")?,
        figures: row.json("figures")?,
    })
}
