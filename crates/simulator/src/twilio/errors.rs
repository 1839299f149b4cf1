//! Errors of the REST API, with Twilio's codes.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestError {
    pub status: u16,
    pub code: u32,
    pub message: String,
}

impl RestError {
    pub fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    pub fn unauthorised() -> Self {
        Self::new(401, 20003, "Authenticate")
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        });
        (status, Json(body)).into_response()
    }
}

/// What the documented test numbers answer. <https://www.twilio.com/docs/iam/test-credentials>
pub fn check_numbers(from: &str, to: &str, owned: bool) -> Result<(), RestError> {
    match from {
        "+15005550001" => return Err(RestError::new(400, 21212, format!("Invalid From Number: {from}"))),
        "+15005550006" => {}
        _ if !owned => {
            return Err(RestError::new(
                400,
                21210,
                format!("The source phone number provided, {from}, is not yet verified for your account."),
            ));
        }
        _ => {}
    }
    let refused = |code, message: &str| Err(RestError::new(400, code, format!("{message}: {to}")));
    match to {
        "+15005550001" => refused(21217, "Phone number does not appear to be valid"),
        "+15005550002" => refused(21214, "'To' phone number cannot be reached"),
        "+15005550003" => refused(21215, "Account not authorized to call this number"),
        "+15005550004" => refused(21216, "This number is on the blocked list"),
        _ if !is_e164(to) => refused(21211, "Invalid 'To' Phone Number"),
        _ => Ok(()),
    }
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_test_numbers_give_their_codes() {
        let code = |from: &str, to: &str, owned| check_numbers(from, to, owned).map_err(|error| error.code);
        assert_eq!(code("+15005550006", "+14155550100", false), Ok(()));
        assert_eq!(code("+15005550001", "+14155550100", false), Err(21212));
        assert_eq!(code("+14155550199", "+14155550100", false), Err(21210));
        assert_eq!(code("+14155550199", "+14155550100", true), Ok(()));
        for (to, expected) in [
            ("+15005550001", 21217),
            ("+15005550002", 21214),
            ("+15005550003", 21215),
            ("+15005550004", 21216),
            ("12345", 21211),
            ("+0123456789", 21211),
        ] {
            assert_eq!(code("+15005550006", to, false), Err(expected), "{to}");
        }
    }
}
