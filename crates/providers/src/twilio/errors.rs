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
        10001 | 20003 | 20005 | 20006 | 20008 => CarrierError::BadCredentials { message },
        20404 | 21220 => CarrierError::CallOver,
        20429 => CarrierError::RateLimited { retry_after: None },
        13214 | 21210 | 21212 | 21213 | 21606 => CarrierError::InvalidNumber { party: Party::Caller, code, message },
        13223 | 13224 | 21201 | 21211 | 21214 | 21217 | 21614 => {
            CarrierError::InvalidNumber { party: Party::Called, code, message }
        }
        13225 | 13227 | 21215 | 21216 | 21219 | 21408 | 21610 => CarrierError::NotAllowed { code, message },
        _ if status == StatusCode::UNAUTHORIZED => CarrierError::BadCredentials { message },
        _ => CarrierError::Rejected { code: Some(code), message },
    }
}

/// What each code means and what an admin does about it, by code. <https://www.twilio.com/docs/api/errors>
const SENTENCES: [(u32, &str); 38] = [
    (10001, "The Twilio account is not active: look into the Twilio console why."),
    (10004, "The account has as many calls as Twilio lets it have at once: wait, or ask Twilio for more."),
    (10005, "Twilio has switched voice calls off for this account: ask Twilio's support."),
    (11200, "Twilio could not fetch our webhook: check that the public address is reachable from the internet."),
    (11205, "Twilio could not connect to our webhook in time: check the tunnel or firewall."),
    (12100, "Twilio could not read our instructions as XML: check that nothing on the way changes our answers."),
    (
        12300,
        "Our webhook answered Twilio with something else than XML: check that nothing on the way changes our answers.",
    ),
    (13214, "The caller id is not valid: choose a number that this Twilio account owns."),
    (13223, "The number to call is not in international form: write it with + and the country code."),
    (13224, "Twilio cannot call this number: check the digits, or reach the person by another number."),
    (13225, "Twilio does not let this number be called: reach the person by another number."),
    (13227, "This Twilio account may not call that country: allow it under Voice geographic permissions."),
    (20003, "The account SID or auth token is wrong, or the account is suspended: copy both from the Twilio console."),
    (20005, "The Twilio account is not active: look into the Twilio console why."),
    (20006, "These credentials may not do this: use the account's own auth token."),
    (20008, "These are test credentials, which place no real calls: enter the live ones from the Twilio console."),
    (20404, "Twilio knows no such call, number or account: check that it belongs to this account."),
    (20429, "Too many requests to Twilio at once: they are made again by themselves after a pause."),
    (21201, "No number to call was given: enter one."),
    (21205, "Our webhook's address is not valid: check the public address in the carrier's settings."),
    (21210, "The caller id is not a number that this Twilio account owns or has verified: choose another one."),
    (21211, "The number to call is not a valid phone number: check the digits and the country code."),
    (21212, "The caller id is not a valid phone number: check it in the list of numbers."),
    (21213, "There is no caller id to call with: add a number of this Twilio account."),
    (21214, "The number to call cannot be reached: check it, or reach the person by another number."),
    (21215, "This Twilio account may not call that country: allow it under Voice geographic permissions."),
    (21216, "Twilio does not allow calls to this number: reach the person by another number."),
    (21217, "The number to call is not a valid phone number: check the digits and the country code."),
    (21219, "A trial account may only call verified numbers: verify this one in the Twilio console, or upgrade."),
    (21220, "The call is over already: nothing is to be done."),
    (21402, "Twilio does not take the webhook's address: check the public address in the carrier's settings."),
    (21408, "This Twilio account may not send to that country: allow it under geographic permissions."),
    (21606, "The sender is not a number that this Twilio account owns: choose another one."),
    (21610, "The person has opted out: send them nothing more."),
    (21614, "The number is not a mobile number: reach the person by another number."),
    (32011, "Twilio did not reach the SIP endpoint: check its address, its certificate and the firewall."),
    (32100, "Twilio could not carry the call by SIP: its debugger in the console says what the far end answered."),
    (32101, "The number that was sent by SIP is not valid: write it with + and the country code."),
];

/// One sentence for the admin, with what to do.
pub fn sentence(code: u32) -> Option<&'static str> {
    SENTENCES.iter().find(|(known, _)| *known == code).map(|(_, sentence)| *sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_stands_once_and_says_what_to_do() {
        assert!(SENTENCES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, sentence) in SENTENCES {
            let (what, then) = sentence.split_once(": ").unwrap_or_default();
            assert!(!what.is_empty() && then.ends_with('.'), "{code}: {sentence}");
        }
    }
}
