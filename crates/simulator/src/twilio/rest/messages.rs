//! Text messages. <https://www.twilio.com/docs/messaging/api/message-resource>

use std::sync::Arc;

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::form::Form;
use crate::twilio::{
    account::{Account, SentMessage},
    errors::RestError,
    record::new_sid,
};

pub async fn send(State(account): State<Arc<Account>>, body: Bytes) -> Result<(StatusCode, Json<Value>), RestError> {
    let form = Form::parse(&body);
    let text = form.text("Body").ok_or_else(|| RestError::new(400, 21602, "Message body is required."))?;
    let to = form.text("To").ok_or_else(|| RestError::new(400, 21604, "A 'To' phone number is required."))?;
    let from = form.text("From").filter(|from| account.lock().numbers.contains_key(*from));
    let from =
        from.ok_or_else(|| RestError::new(400, 21606, "The From phone number is not a number of the account"))?;
    let sent = SentMessage { from: from.to_owned(), to: to.to_owned(), text: text.to_owned() };
    account.lock().messages.push(sent);
    let shown = json!({ "sid": new_sid("SM"), "status": "queued", "from": from, "to": to, "body": text,
        "num_segments": "1", "num_media": "0", "error_code": null });
    Ok((StatusCode::CREATED, Json(shown)))
}
