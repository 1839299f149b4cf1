//! To text.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Codec, Crypto, Direction, Fingerprint, Ours, Srtp};

/// Payload types that we give to what has no static one.
const EVENTS: u8 = 101;
const FAST_EVENTS: u8 = 110;
const COMFORT_NOISE: u8 = 13;

/// One audio stream with all that we can speak.
pub fn offer(ours: &Ours) -> String {
    let mut lines = Vec::new();
    let mut formats = Vec::new();
    for codec in &ours.codecs {
        formats.push(codec.payload_type());
        lines.push(format!("a=rtpmap:{} {}", codec.payload_type(), codec.encoding()));
        if *codec == Codec::Opus {
            lines.push(format!("a=fmtp:{} useinbandfec=1;stereo=0", codec.payload_type()));
        }
    }
    for (clock, payload_type) in [(8_000, EVENTS), (48_000, FAST_EVENTS)] {
        if ours.codecs.iter().any(|codec| codec.clock() == clock) {
            formats.push(payload_type);
            lines.push(format!("a=rtpmap:{payload_type} telephone-event/{clock}"));
            lines.push(format!("a=fmtp:{payload_type} 0-16"));
        }
    }
    if ours.codecs.iter().any(|codec| matches!(codec, Codec::Pcmu | Codec::Pcma)) {
        formats.push(COMFORT_NOISE);
        lines.push(format!("a=rtpmap:{COMFORT_NOISE} CN/8000"));
    }
    lines.push("a=ptime:20".to_owned());
    let protocol = match ours.srtp {
        Srtp::Off => "RTP/AVP",
        Srtp::Required => {
            for (tag, short_tag) in [(1, false), (2, true)] {
                lines.push(crypto_line(&Crypto { tag, short_tag, key: ours.key }));
            }
            "RTP/SAVP"
        }
    };
    lines.push(format!("a={}", ours.direction.as_str()));
    let mut text = head(ours);
    media(&mut text, "audio", ours.port, protocol, formats.iter().map(u8::to_string), &lines);
    text
}

pub(super) fn crypto_line(crypto: &Crypto) -> String {
    format!("a=crypto:{} {} inline:{}", crypto.tag, crypto.suite(), STANDARD.encode(crypto.key))
}

pub(super) fn fingerprint_line(of: &Fingerprint) -> String {
    let bytes: Vec<String> = of.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("a=fingerprint:sha-256 {}", bytes.join(":"))
}

pub(super) fn direction_line(direction: Direction) -> String {
    format!("a={}", direction.as_str())
}

/// All lines before the first `m=`.
pub(super) fn head(ours: &Ours) -> String {
    let family = if ours.address.is_ipv6() { "IP6" } else { "IP4" };
    format!(
        "v=0\r\no=- {} {} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n",
        ours.session,
        ours.version,
        address = ours.address,
    )
}

pub(super) fn media(
    text: &mut String,
    kind: &str,
    port: u16,
    protocol: &str,
    formats: impl Iterator<Item = String>,
    lines: &[String],
) {
    let formats: Vec<String> = formats.collect();
    // Writing to a string cannot fail.
    let _ = write!(text, "m={kind} {port} {protocol} {}\r\n", formats.join(" "));
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
}
