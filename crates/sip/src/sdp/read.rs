//! From text.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Crypto, Description, Direction, Fingerprint, KEY, Map, Media, SdpError, Setup};

/// A session of one audio stream takes less than a thousand bytes.
const LONGEST: usize = 16_384;
const MOST_LINES: usize = 1_000;
const MOST_MEDIA: usize = 16;
const MOST_FORMATS: usize = 64;

/// Reads a description. Lines that say nothing about sound are passed over.
///
/// # Errors
/// [`SdpError::Malformed`] for a text that is none, [`SdpError::TooLong`].
pub fn parse(body: &[u8]) -> Result<Description, SdpError> {
    if body.len() > LONGEST {
        return Err(SdpError::TooLong);
    }
    let text = str::from_utf8(body).map_err(|_| SdpError::Malformed)?;
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty());
    if lines.next() != Some("v=0") {
        return Err(SdpError::Malformed);
    }
    let mut session = Media::default();
    let mut media: Vec<Media> = Vec::new();
    for line in lines.take(MOST_LINES) {
        let (kind, value) = line.split_once('=').ok_or(SdpError::Malformed)?;
        match kind {
            "m" => {
                if media.len() == MOST_MEDIA {
                    return Err(SdpError::TooLong);
                }
                media.push(media_line(value, &session).ok_or(SdpError::Malformed)?);
            }
            "c" => media.last_mut().unwrap_or(&mut session).address = connection(value),
            "a" => attribute(value, media.last_mut().unwrap_or(&mut session)),
            _ => {}
        }
    }
    Ok(Description { media })
}

fn media_line(value: &str, session: &Media) -> Option<Media> {
    let mut words = value.split_ascii_whitespace();
    let kind = words.next()?.to_owned();
    // A number of ports may follow a slash.
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let protocol = words.next()?.to_owned();
    let formats: Vec<String> = words.take(MOST_FORMATS).map(str::to_owned).collect();
    (!formats.is_empty()).then(|| Media { kind, port, protocol, formats, maps: Vec::new(), ..session.clone() })
}

fn connection(value: &str) -> Option<std::net::IpAddr> {
    let address = value.strip_prefix("IN IP4 ").or_else(|| value.strip_prefix("IN IP6 "))?;
    // A lifetime may follow a slash.
    address.split('/').next()?.trim().parse().ok()
}

fn attribute(value: &str, media: &mut Media) {
    let (name, rest) = value.split_once(':').unwrap_or((value, ""));
    match name {
        "rtpmap" if media.maps.len() < MOST_FORMATS => media.maps.extend(map(rest)),
        "ptime" => media.packet_ms = rest.trim().parse().ok(),
        "sendrecv" => media.direction = Direction::SendRecv,
        "sendonly" => media.direction = Direction::SendOnly,
        "recvonly" => media.direction = Direction::RecvOnly,
        "inactive" => media.direction = Direction::Inactive,
        "rtcp-mux" => media.multiplexed = true,
        "rtcp" => {
            let (port, address) = rest.split_once(' ').map_or((rest, None), |(port, rest)| (port, connection(rest)));
            media.reports = port.trim().parse().ok().map(|port| (port, address));
        }
        "fingerprint" => media.fingerprint = fingerprint(rest).or(media.fingerprint),
        "setup" => {
            media.setup = match rest.trim() {
                "active" => Some(Setup::Active),
                "passive" => Some(Setup::Passive),
                "actpass" => Some(Setup::Either),
                _ => None,
            }
        }
        "crypto" if media.cryptos.len() < MOST_MEDIA => media.cryptos.extend(crypto(rest)),
        _ => {}
    }
}

/// One of SHA-256, which all are to have (RFC 8122 section 5); others are passed over.
fn fingerprint(rest: &str) -> Option<Fingerprint> {
    let (hash, bytes) = rest.trim().split_once(' ')?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let bytes: Option<Vec<u8>> = bytes.trim().split(':').map(|two| u8::from_str_radix(two, 16).ok()).collect();
    bytes?.try_into().ok()
}

fn map(rest: &str) -> Option<Map> {
    let (payload_type, encoding) = rest.trim().split_once(' ')?;
    let mut parts = encoding.trim().split('/');
    let encoding = parts.next()?.to_ascii_lowercase();
    let clock = parts.next()?.parse().ok()?;
    let payload_type = payload_type.parse().ok().filter(|kind| *kind < 128)?;
    Some(Map { payload_type, encoding, clock })
}

/// A line of a suite that we have, without a key per packet and without parameters that would change how it is used.
fn crypto(rest: &str) -> Option<Crypto> {
    let mut words = rest.split_ascii_whitespace();
    let tag = words.next()?.parse().ok()?;
    let short_tag = match words.next()?.to_ascii_uppercase().as_str() {
        "AES_CM_128_HMAC_SHA1_80" => false,
        "AES_CM_128_HMAC_SHA1_32" => true,
        _ => return None,
    };
    let parameters = words.next()?.strip_prefix("inline:")?;
    // Lifetime and key index follow bars; one key alone needs no index.
    let mut parts = parameters.split('|');
    let key: [u8; KEY] = STANDARD.decode(parts.next()?).ok()?.try_into().ok()?;
    let unusual = words.any(|word| ["UNENCRYPTED", "UNAUTHENTICATED", "FEC"].iter().any(|bad| word.starts_with(bad)));
    (!unusual).then_some(Crypto { tag, short_tag, key })
}
