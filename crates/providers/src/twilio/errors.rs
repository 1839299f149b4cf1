//! Twilio's error codes as the things a caller can do. Source: <https://www.twilio.com/docs/api/errors>.

use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::{
    http_client,
    rest::RequestKind,
    telephony::{CarrierError, Party},
};

#[derive(Deserialize)]
struct RestException {
    #[serde(default)]
    code: Option<u32>,
    #[serde(default)]
    message: Option<String>,
}

/// The error of an answer that is not 2xx.
pub async fn from_response(kind: RequestKind, response: Response) -> CarrierError {
    let status = response.status();
    let retry_after = http_client::retry_after(&response);
    let body = response.text().await.unwrap_or_default();
    let exception = serde_json::from_str(&body).unwrap_or(RestException { code: None, message: None });
    let message = exception.message.unwrap_or_else(|| format!("HTTP {status}"));
    if status == StatusCode::TOO_MANY_REQUESTS {
        return CarrierError::RateLimited { retry_after };
    }
    if status.is_server_error() {
        return kind.server_failed(status, &message);
    }
    match exception.code {
        Some(code) => from_code(code, status, message),
        None if status == StatusCode::UNAUTHORIZED => CarrierError::BadCredentials { message },
        None if status == StatusCode::NOT_FOUND => CarrierError::CallOver,
        None => CarrierError::Rejected { code: None, message },
    }
}

fn from_code(code: u32, status: StatusCode, message: String) -> CarrierError {
    let message = sentence(code).map_or(message, str::to_owned);
    match code {
        20003 | 20005 | 20006 => CarrierError::BadCredentials { message },
        20404 | 21220 => CarrierError::CallOver,
        20429 => CarrierError::RateLimited { retry_after: None },
        21210 | 21212 | 21606 => CarrierError::InvalidNumber { party: Party::Caller, code, message },
        21201 | 21211 | 21214 | 21217 | 21614 => CarrierError::InvalidNumber { party: Party::Called, code, message },
        21215 | 21216 | 21219 | 21408 | 21610 => CarrierError::NotAllowed { code, message },
        _ if status == StatusCode::UNAUTHORIZED => CarrierError::BadCredentials { message },
        _ => CarrierError::Rejected { code: Some(code), message },
    }
}

/// One sentence for the admin, with what to do where that is known.
pub fn sentence(code: u32) -> Option<&'static str> {
    Some(match code {
        11200 => "Twilio could not fetch our webhook: check that the public address is reachable from the internet.",
        11205 => "Twilio could not connect to our webhook in time: check the tunnel or firewall.",
        12100 => "Twilio could not read our instructions as XML.",
        20003 => "The account SID or auth token is wrong, or the account is suspended.",
        20005 => "The Twilio account is not active.",
        20404 => "Twilio knows no such call or account.",
        20429 => "Too many requests to Twilio at once.",
        21201 => "No number to call was given.",
        21210 => "The caller id is not a number that this Twilio account owns or has verified.",
        21211 => "The number to call is not a valid phone number.",
        21212 => "The caller id is not a valid phone number.",
        21214 => "The number to call cannot be reached.",
        21215 => "This Twilio account may not call that country: allow it under Voice geographic permissions.",
        21216 => "Twilio does not allow calls to this number.",
        21217 => "The number to call is not a valid phone number.",
        21219 => "A trial account may only call numbers that were verified in the Twilio console.",
        21220 => "The call is over already.",
        21408 => "This Twilio account may not send to that country: allow it under geographic permissions.",
        21606 => "The sender is not a number that this Twilio account owns.",
        21610 => "The person has opted out.",
        21614 => "The number is not a mobile number.",
        _ => return None,
    })
}
