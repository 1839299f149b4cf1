//! Numbers of the account. <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use serde_json::{Value, json};
use url::Url;

use super::form::Form;
use crate::twilio::{account::Account, config::Number, errors::RestError};

/// `PN` and 32 hexadecimal digits, the same for the same number.
fn sid(number: &str) -> String {
    let digits: u128 = number.trim_start_matches('+').parse().unwrap_or_default();
    format!("PN{digits:032x}")
}

fn shown(account: &Account, number: &Number, message_url: Option<&str>) -> Value {
    let account_sid = &account.config.account_sid;
    let sid = sid(&number.number);
    json!({
        "sid": sid,
        "account_sid": account_sid,
        "friendly_name": number.number,
        "phone_number": number.number,
        "voice_url": number.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": number.fallback_url.as_deref().unwrap_or_default(),
        "voice_application_sid": "",
        "trunk_sid": null,
        "status_callback": number.status_callback.as_deref().unwrap_or_default(),
        "status_callback_method": "POST",
        "sms_url": message_url.unwrap_or_default(),
        "sms_method": "POST",
        "sms_application_sid": "",
        "capabilities": {"voice": true, "sms": true, "mms": false},
        "uri": format!("/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers/{sid}.json"),
    })
}

pub async fn list(State(account): State<Arc<Account>>) -> Json<Value> {
    let (numbers, urls) = {
        let state = account.lock();
        (state.numbers.clone(), state.message_urls.clone())
    };
    let one = |number: &Number| shown(&account, number, urls.get(&number.number).map(String::as_str));
    let numbers: Vec<Value> = numbers.values().map(one).collect();
    Json(json!({"incoming_phone_numbers": numbers, "page": 0, "next_page_uri": null}))
}

pub async fn update(
    State(account): State<Arc<Account>>,
    Path((_, file)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, RestError> {
    let form = Form::parse(&body);
    for (field, code) in [("VoiceUrl", 21402), ("StatusCallback", 21609), ("SmsUrl", 21403)] {
        let usable = form.text(field).is_none_or(|url| Url::parse(url).is_ok());
        if !usable {
            return Err(RestError::new(400, code, format!("{field} is not a valid URL")));
        }
    }
    let wanted = file.strip_suffix(".json").unwrap_or_default();
    let mut state = account.lock();
    let number = state.numbers.values_mut().find(|number| sid(&number.number) == wanted);
    let number = number.ok_or_else(|| RestError::not_found(&file))?;
    if let Some(url) = form.text("VoiceUrl") {
        url.clone_into(&mut number.voice_url);
    }
    if let Some(url) = form.text("StatusCallback") {
        number.status_callback = Some(url.to_owned());
    }
    let number = number.clone();
    if let Some(url) = form.text("SmsUrl") {
        state.message_urls.insert(number.number.clone(), url.to_owned());
    }
    let message_url = state.message_urls.get(&number.number).cloned();
    drop(state);
    Ok(Json(shown(&account, &number, message_url.as_deref())))
}
