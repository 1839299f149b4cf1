//! What can go wrong with the store, one variant for each thing a caller can do about it.

use sqlx::error::{DatabaseError, ErrorKind};

pub type Result<T, E = StorageError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Something with this name, number or key is there already.
    #[error("there is already a {what} like this")]
    Unique { what: &'static str },
    /// It has changed since it was read: read again and decide again.
    #[error("{what} has changed since it was read")]
    Conflict { what: &'static str },
    /// It refers to something that is not there, or not in this tenant.
    #[error("it refers to something that is not in this tenant")]
    NoSuchReference,
    /// The database is locked, full of waiting work or gone: the same call may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A stored value cannot be read: sealed with a missing key, altered, or of a newer version.
    #[error("stored value {column} cannot be read: {why}")]
    Corrupt { column: String, why: String },
    /// The text is not a cursor that this server gave out.
    #[error("not a cursor of this list")]
    InvalidCursor,
    /// The address names no database.
    #[error("database address {0:?} is not sqlite:<path> or postgres://user@host/name")]
    Address(String),
    /// The tables could not be brought to this version.
    #[error("migration failed: {0}")]
    Migration(String),
    /// The disk failed or is full: the same call may succeed when there is space again.
    #[error("database input or output failed: {0}")]
    Io(String),
    /// A fault of this program: the database refused the statement.
    #[error("the database refused a statement: {0}")]
    Refused(String),
}

impl StorageError {
    /// True when the same call may succeed a little later without any change.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Io(_))
    }

    pub(crate) fn corrupt(column: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Corrupt { column: column.into(), why: why.into() }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(database) => from_database(database.as_ref()),
            E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => Self::Unavailable(error.to_string()),
            E::Io(_) | E::Tls(_) => Self::Unavailable(error.to_string()),
            E::ColumnDecode { index, source } => Self::corrupt(index, source.to_string()),
            E::ColumnNotFound(column) => Self::corrupt(column, "no such column"),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<deadpool::unmanaged::PoolError> for StorageError {
    fn from(error: deadpool::unmanaged::PoolError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<sqlx::migrate::MigrateError> for StorageError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as M;
        match error {
            M::Execute(inner) => match Self::from(inner) {
                Self::Refused(text) => Self::Migration(text),
                other => other,
            },
            other => Self::Migration(other.to_string()),
        }
    }
}

fn from_database(error: &dyn DatabaseError) -> StorageError {
    let text = || error.message().to_owned();
    match error.kind() {
        ErrorKind::UniqueViolation => StorageError::Unique { what: unique_of(error) },
        ErrorKind::ForeignKeyViolation => StorageError::NoSuchReference,
        _ => match error.code().as_deref().map_or(Fault::Other, fault_of) {
            Fault::Busy => StorageError::Unavailable(text()),
            Fault::Disk => StorageError::Io(text()),
            Fault::Other => StorageError::Refused(text()),
        },
    }
}

enum Fault {
    Busy,
    Disk,
    Other,
}

/// SQLite gives extended result codes as decimal numbers (sqlite.org/rescode.html); PostgreSQL gives five-character
/// SQLSTATEs (PostgreSQL manual, appendix A).
fn fault_of(code: &str) -> Fault {
    if code.len() == 5 && !code.starts_with(|c: char| c.is_ascii_digit() && c > '5') {
        return match code.get(..2).unwrap_or_default() {
            "08" | "40" | "57" => Fault::Busy,
            "55" if code == "55P03" => Fault::Busy,
            "53" if code == "53100" => Fault::Disk,
            "53" => Fault::Busy,
            "58" => Fault::Disk,
            _ => Fault::Other,
        };
    }
    // The low byte is the primary code: 5 busy, 6 locked, 8 read-only, 10 input or output, 13 full, 14 cannot open.
    match code.parse::<u32>().map(|extended| extended & 0xff) {
        Ok(5 | 6) => Fault::Busy,
        Ok(8 | 10 | 13 | 14) => Fault::Disk,
        _ => Fault::Other,
    }
}

/// What is unique, in words, from the table of the constraint. PostgreSQL names it; SQLite says
/// `UNIQUE constraint failed: users.email_hash`.
fn unique_of(error: &dyn DatabaseError) -> &'static str {
    let message = error.message();
    let column = error.constraint().or_else(|| message.rsplit(": ").next()).unwrap_or(message);
    if message.contains("leads_by_phone") {
        return "lead with this number";
    }
    let table = error.table().unwrap_or_else(|| column.split('.').next().unwrap_or_default());
    match table {
        "users" if column.contains("extension") => "extension",
        "users" => "e-mail address",
        "queues" => "queue",
        "campaigns" => "campaign",
        "numbers" | "dnc" => "number",
        "intake_keys" => "key",
        "leads" => "lead with this number",
        "settings" => "account",
        "calls" | "provider_legs" => "call of this carrier",
        "call_events" => "event",
        "jobs" => "job",
        "tags" => "tag",
        "crm_links" => "record of the CRM",
        "disposition_sets" => "set",
        _ => "row",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_sort_into_busy_and_disk() {
        for busy in ["5", "6", "261", "517", "40001", "40P01", "55P03", "57P01", "08006", "53300"] {
            assert!(matches!(fault_of(busy), Fault::Busy), "{busy}");
        }
        for disk in ["10", "13", "14", "778", "53100", "58030"] {
            assert!(matches!(fault_of(disk), Fault::Disk), "{disk}");
        }
        assert!(matches!(fault_of("42P01"), Fault::Other));
    }
}
