//! `X-Twilio-Signature`: the check that a request came from Twilio.
//!
//! HMAC-SHA1 under the account's auth token over the public URL, for form posts followed by every parameter (sorted by
//! key, values sorted and de-duplicated), for other bodies with `bodySHA256` in the URL.
//! Source: <https://www.twilio.com/docs/usage/security> and the validators of Twilio's own libraries, whose tolerance
//! for ports and for the apostrophe is kept.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::pii::Personal;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::webhook::Form;

/// The header that carries the signature (compare names without case).
pub const HEADER: &str = "x-twilio-signature";

/// What the signature covers besides the URL.
#[derive(Debug, Clone, Copy)]
pub enum SignedBody<'a> {
    /// GET request: only the URL with its query.
    Nothing,
    /// `application/x-www-form-urlencoded` body.
    Form(&'a Form),
    /// Any other body, byte for byte; its SHA-256 is expected in the query as `bodySHA256`.
    Raw(&'a [u8]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Answer 400: whoever sent this is not Twilio, or a proxy strips headers.
    #[error("the request has no X-Twilio-Signature header")]
    Missing,
    /// Answer 500 and tell the admin: the check cannot be made.
    #[error("no auth token is configured to check the signature with")]
    NoToken,
    /// Answer 403.
    #[error("the signature does not fit the URL and parameters under any configured auth token")]
    Mismatch,
    /// Answer 403.
    #[error("the body does not have the SHA-256 that the signed URL names")]
    BodyMismatch,
}

/// Checks a webhook. `url` is the public URL as Twilio was given it (scheme, host, path, query), never the address of
/// the local listener. `tokens` holds the primary token and, during a rotation, its predecessor.
pub fn verify(
    tokens: &[Personal<String>],
    url: &str,
    body: SignedBody<'_>,
    header: Option<&str>,
) -> Result<(), SignatureError> {
    let header = present(tokens, header)?;
    let suffix = match body {
        SignedBody::Nothing => String::new(),
        SignedBody::Form(form) => form_data(form),
        SignedBody::Raw(bytes) => {
            check_body_hash(url, bytes)?;
            String::new()
        }
    };
    any_matches(tokens, &http_variants(url), &suffix, header)
}

/// Checks the WebSocket upgrade of a media stream. `url` is the `wss://` URL that the TwiML named. Twilio's back ends
/// differ in scheme and trailing slash, so each of `wss`/`https`, with and without slash and port, is accepted.
pub fn verify_upgrade(tokens: &[Personal<String>], url: &str, header: Option<&str>) -> Result<(), SignatureError> {
    let header = present(tokens, header)?;
    let mut variants = BTreeSet::new();
    for scheme_variant in scheme_variants(strip_fragment(url)) {
        let trimmed = scheme_variant.strip_suffix('/').unwrap_or(&scheme_variant).to_owned();
        variants.extend(http_variants(&format!("{trimmed}/")));
        variants.extend(http_variants(&trimmed));
    }
    any_matches(tokens, &variants, "", header)
}

/// The signature that Twilio would send for this URL and form (empty for GET, raw bodies and upgrades).
pub fn sign(token: &Personal<String>, url: &str, form: &Form) -> String {
    STANDARD.encode(hmac_sha1(token, &format!("{url}{}", form_data(form))))
}

fn present<'h>(tokens: &[Personal<String>], header: Option<&'h str>) -> Result<&'h str, SignatureError> {
    let header = header.map(str::trim).filter(|text| !text.is_empty()).ok_or(SignatureError::Missing)?;
    // An empty key would make the signature computable by anyone.
    if tokens.iter().all(|token| token.reveal().is_empty()) {
        return Err(SignatureError::NoToken);
    }
    Ok(header)
}

fn any_matches(
    tokens: &[Personal<String>],
    urls: &BTreeSet<String>,
    suffix: &str,
    header: &str,
) -> Result<(), SignatureError> {
    let mut matched = Choice::from(0);
    for token in tokens.iter().filter(|token| !token.reveal().is_empty()) {
        for url in urls {
            let expected = STANDARD.encode(hmac_sha1(token, &format!("{url}{suffix}")));
            matched |= expected.as_bytes().ct_eq(header.as_bytes());
        }
    }
    if bool::from(matched) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

fn hmac_sha1(token: &Personal<String>, data: &str) -> [u8; 20] {
    let mut mac = match Hmac::<Sha1>::new_from_slice(token.reveal().as_bytes()) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length (RFC 2104 section 3)"),
    };
    mac.update(data.as_bytes());
    mac.finalize().into_bytes().into()
}

fn form_data(form: &Form) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, value) in form.pairs() {
        sorted.entry(key).or_default().insert(value);
    }
    let mut data = String::new();
    for (key, values) in sorted {
        for value in values {
            data.push_str(key);
            data.push_str(value);
        }
    }
    data
}

fn check_body_hash(url: &str, body: &[u8]) -> Result<(), SignatureError> {
    let query = strip_fragment(url).split_once('?').map_or("", |(_, query)| query);
    let named = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("bodySHA256="))
        .ok_or(SignatureError::BodyMismatch)?
        .to_ascii_lowercase();
    let actual = hex::encode(Sha256::digest(body));
    if bool::from(actual.as_bytes().ct_eq(named.as_bytes())) { Ok(()) } else { Err(SignatureError::BodyMismatch) }
}

fn strip_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(front, _)| front)
}

fn scheme_variants(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let other = match scheme {
        "wss" => "https",
        "https" => "wss",
        "ws" => "http",
        "http" => "ws",
        _ => return vec![url.to_owned()],
    };
    vec![url.to_owned(), format!("{other}://{rest}")]
}

/// The URL as it is, without its port and with the scheme's standard port; each also with `'` written as `%27`.
fn http_variants(url: &str) -> BTreeSet<String> {
    let url = strip_fragment(url);
    let mut variants = BTreeSet::from([url.to_owned()]);
    if let Some((scheme, rest)) = url.split_once("://") {
        let authority_len = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority_len);
        let (userinfo, host_port) = match authority.rsplit_once('@') {
            Some((user, host)) => (format!("{user}@"), host),
            None => (String::new(), authority),
        };
        let host = without_port(host_port);
        variants.insert(format!("{scheme}://{userinfo}{host}{path}"));
        if let Some(port) = standard_port(scheme).filter(|_| host == host_port) {
            variants.insert(format!("{scheme}://{userinfo}{host}:{port}{path}"));
        }
    }
    let encoded: Vec<String> = variants.iter().filter_map(|variant| encode_apostrophes(variant)).collect();
    variants.extend(encoded);
    variants
}

/// `None` when the query has no apostrophe.
fn encode_apostrophes(url: &str) -> Option<String> {
    let (path, query) = url.split_once('?')?;
    query.contains('\'').then(|| format!("{path}?{}", query.replace('\'', "%27")))
}

fn without_port(host_port: &str) -> &str {
    match host_port.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host_port,
    }
}

fn standard_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" | "wss" => Some(443),
        "http" | "ws" => Some(80),
        _ => None,
    }
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
