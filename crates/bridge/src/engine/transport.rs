//! The WebRTC object of one device: how it is made and how offers are answered.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Rtc,
    change::SdpOffer,
    format::{Codec, FormatParams},
    ice::StunMessage,
    media::Frequency,
    rtp::Extension,
};

use crate::handle::SessionError;

/// Payload type of RFC 4733 events; the number that browsers use too.
const TELEPHONE_EVENT: u8 = 110;
/// Header extensions (RFC 8285) by the numbers that browsers offer too.
const AUDIO_LEVEL: u8 = 1;
const MID: u8 = 4;

/// Devices follow the loss that they are told of.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// ICE-lite: devices find us, we answer; all of them on the same address.
pub(crate) fn new_rtc(candidates: &[SocketAddr], now: Instant) -> Rtc {
    let mut config = Rtc::builder()
        .clear_codecs()
        // Of the extensions only what is made use of: transport-wide feedback would be a report for every few packets.
        .clear_extension_map()
        .set_extension(AUDIO_LEVEL, Extension::AudioLevel)
        .set_extension(MID, Extension::RtpMid)
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .enable_opus(true, true)
        .set_rtcp_report_interval_audio(REPORT_EVERY)
        .set_stats_interval(Some(Duration::from_secs(1)));
    config.codec_config().add_config(
        TELEPHONE_EVENT.into(),
        None,
        Codec::Tele,
        Frequency::FORTY_EIGHT_KHZ,
        None,
        FormatParams::parse_line("0-16"),
    );
    let mut rtc = config.build(now);
    for address in candidates {
        match Candidate::host(*address, "udp") {
            Ok(candidate) => {
                rtc.add_local_candidate(candidate);
            }
            Err(error) => tracing::warn!(%address, %error, "this address cannot be offered to devices"),
        }
    }
    rtc
}

/// Answers an offer; the answer is SDP. One that would leave a device in a call without sound is refused before it changes
/// anything.
pub(crate) fn accept(rtc: &mut Rtc, offer: SdpOffer) -> Result<String, SessionError> {
    if !offers_audio(&offer.to_sdp_string()) {
        return Err(SessionError::NoAudio);
    }
    let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| SessionError::BadOffer(error.to_string()))?;
    let answer = answer.to_sdp_string();
    if takes_audio(&answer) { Ok(answer) } else { Err(SessionError::NoAudio) }
}

fn offers_audio(offer: &str) -> bool {
    let audio = |section: &str| section.starts_with("audio ") && section.contains("opus/48000");
    offer.split("\nm=").skip(1).any(|section| audio(section) && !section.contains("a=inactive"))
}

/// Whether the device asks for packets of 10 ms: by `ptime` (RFC 8866 section 6.4), or by what browsers write into the
/// parameters of Opus.
pub(crate) fn asks_for_short_packets(offer: &str) -> bool {
    let spans = offer.lines().flat_map(|line| {
        let format =
            line.strip_prefix("a=fmtp:").and_then(|format| format.split_once(' ')).map_or("", |(_, rest)| rest);
        let fields = format.split(';').filter_map(|field| field.trim().strip_prefix("ptime="));
        line.strip_prefix("a=ptime:").into_iter().chain(fields)
    });
    spans.filter_map(|span| span.trim().parse::<u32>().ok()).any(|millis| (1..=10).contains(&millis))
}

/// One way is enough: a device without a microphone can still listen.
fn takes_audio(answer: &str) -> bool {
    let audio = answer.lines().any(|line| line.starts_with("m=audio ") && !line.starts_with("m=audio 0 "));
    audio && answer.contains("opus/48000") && !answer.contains("a=inactive")
}

/// The part of a STUN request's user name that tells which session it is for.
pub(crate) fn stun_ufrag(datagram: &[u8]) -> Option<String> {
    // RFC 7983 section 7: STUN starts with 0 to 3.
    if datagram.first().is_none_or(|first| *first > 3) {
        return None;
    }
    let message = StunMessage::parse(datagram).ok()?;
    message.split_username().map(|(local, _)| local.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_packets_are_sent_to_whom_asks_for_them() {
        for (line, short) in [
            ("a=ptime:10", true),
            ("a=fmtp:111 minptime=10;ptime=10;useinbandfec=1", true),
            ("a=fmtp:111 minptime=10;useinbandfec=1", false),
            ("a=ptime:20", false),
            ("a=ptime:0", false),
            ("a=ptime:many", false),
        ] {
            assert_eq!(asks_for_short_packets(&format!("m=audio 9 X 111\r\n{line}\r\n")), short, "{line}");
        }
    }
}
