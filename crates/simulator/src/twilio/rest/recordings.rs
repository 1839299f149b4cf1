//! Recordings of the account. <https://www.twilio.com/docs/voice/api/recording>

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::twilio::{account::Account, errors::RestError};

pub async fn remove(
    State(account): State<Arc<Account>>,
    Path((_, file)): Path<(String, String)>,
) -> Result<StatusCode, RestError> {
    let sid = file.strip_suffix(".json").unwrap_or_default();
    let was_there = account.lock().recordings.remove(sid);
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(RestError::not_found(&file)) }
}
