//! What an answer allows the phone to send.

use media::audio_level;

use crate::sound::{Agreement, OPUS_PAYLOAD, RED_PAYLOAD};

/// Reads an SDP answer to an offer of ours. The payload types are those of the offer; an answer that changed them would
/// be refused by the connection.
pub(super) fn of(answer: &str) -> Agreement {
    let value = |name: &str, payload_type: u8| {
        let start = format!("a={name}:{payload_type} ");
        answer.lines().find_map(move |line| line.strip_prefix(&start).map(str::trim).map(str::to_owned))
    };
    let red = value("rtpmap", RED_PAYLOAD).is_some_and(|codec| codec.to_ascii_lowercase().starts_with("red/"));
    let format = value("fmtp", OPUS_PAYLOAD).unwrap_or_default();
    let least = format.split(';').find_map(|field| field.trim().strip_prefix("minptime=")?.trim().parse::<u32>().ok());
    // RFC 7587 section 6.1: 3 ms where nothing is said.
    // RFC 8285 section 5: the number may name a direction, and attributes may follow the name.
    let level = answer.lines().find_map(|line| {
        let mut parts = line.strip_prefix("a=extmap:")?.split_whitespace();
        let number = parts.next()?.split('/').next()?.parse().ok()?;
        (parts.next()? == audio_level::URI && (1..=14).contains(&number)).then_some(number)
    });
    Agreement { red, short: least.is_none_or(|millis| millis <= 10), level }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_red_short_packets_and_levels_allows_all_of_them() {
        let answer = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 110\r\na=rtpmap:111 opus/48000/2\r\n\
            a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
            a=extmap:4/sendrecv urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\r\n";
        assert_eq!(of(answer), Agreement { red: true, short: true, level: Some(4) });
    }

    #[test]
    fn what_is_not_in_the_answer_is_not_sent() {
        let answer = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=20\r\n\
            a=rtpmap:63 telephone-event/48000\r\n\
            a=extmap:99 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n";
        assert_eq!(of(answer), Agreement::PLAIN);
        assert_eq!(of("nonsense"), Agreement { short: true, ..Agreement::PLAIN });
    }
}
