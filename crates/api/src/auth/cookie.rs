//! The browser's refresh token lives in a cookie that no script can read.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::AppendHeaders,
};
use domain::pii::Personal;
use wire::accounts::{DeviceKind, SignedIn};

const NAME: &str = "sb_refresh";
/// Only the endpoints that need it are sent it.
const PATH: &str = "/api/v1/auth";
const LIFE_S: u32 = 30 * 24 * 3600;

/// `Set-Cookie` headers of an answer.
pub type Cookies = AppendHeaders<[(HeaderName, HeaderValue); 1]>;

fn header(value: &str, life_s: u32, secure: bool) -> Cookies {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; HttpOnly; SameSite=Strict; Path={PATH}; Max-Age={life_s}{secure}");
    AppendHeaders([(header::SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))])
}

/// Moves a browser's refresh token from the body into the cookie; the desktop app gets it in the body.
pub fn hand_out(device: DeviceKind, mut signed_in: SignedIn, secure: bool) -> (Option<Cookies>, SignedIn) {
    match device {
        DeviceKind::Desktop => (None, signed_in),
        DeviceKind::Browser => {
            let token = signed_in.refresh_token.take();
            (token.map(|token| header(token.reveal(), LIFE_S, secure)), signed_in)
        }
    }
}

pub fn clear(secure: bool) -> Cookies {
    header("", 0, secure)
}

pub fn refresh_token(headers: &HeaderMap) -> Option<Personal<String>> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| Personal::new(value.to_owned()))
}

/// The device's own name for itself, shortened, for the list of sessions.
pub fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    text.chars().take(200).collect()
}
