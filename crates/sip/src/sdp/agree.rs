//! Offer and answer.

use std::net::SocketAddr;

use super::{
    Codec, Crypto, Description, Direction, Fingerprint, Media, Ours, SdpError, Setup, Srtp,
    write::{crypto_line, direction_line, fingerprint_line, head, media},
};

/// What both sides will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    pub remote: SocketAddr,
    pub remote_reports: SocketAddr,
    pub multiplexed: bool,
    /// What we send, and as which payload type.
    pub codec: Codec,
    pub payload_type: u8,
    /// What may come.
    pub accepted: Vec<(u8, Codec)>,
    pub events: Option<(u8, u32)>,
    pub comfort_noise: Option<u8>,
    /// 20, 40 or 60.
    pub packet_ms: u32,
    /// The other side hears us.
    pub sends: bool,
    /// We hear the other side.
    pub receives: bool,
    /// Our key and theirs.
    pub keys: Option<(Crypto, Crypto)>,
    /// Keys are agreed on by a handshake in place of that.
    pub handshake: Option<Handshake>,
}

/// What both sides will do for their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    pub ours: Fingerprint,
    pub theirs: Fingerprint,
    /// We begin.
    pub begins: bool,
}

/// How a stream that we take is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sealing {
    Not,
    Keys(Crypto),
    Handshake(Handshake),
}

impl Agreed {
    /// The other side has put us on hold.
    pub fn is_held(&self) -> bool {
        !self.sends
    }
}

/// One payload type of an audio line.
#[derive(Debug, Clone, Copy)]
enum Format {
    Sound(Codec),
    Events(u32),
    Noise,
}

impl Media {
    fn is_plain(&self) -> bool {
        matches!(self.protocol.as_str(), "RTP/AVP" | "RTP/AVPF")
    }

    fn is_sealed(&self) -> bool {
        matches!(self.protocol.as_str(), "RTP/SAVP" | "RTP/SAVPF") && !self.cryptos.is_empty()
    }

    /// What it takes to seal it by a handshake, if that is offered. An offer without a role begins itself (RFC 4145 section 4).
    fn handshake(&self, ours: Option<Fingerprint>) -> Option<Handshake> {
        if !matches!(self.protocol.as_str(), "UDP/TLS/RTP/SAVP" | "UDP/TLS/RTP/SAVPF") {
            return None;
        }
        let begins = matches!(self.setup, Some(Setup::Either | Setup::Passive));
        Some(Handshake { ours: ours?, theirs: self.fingerprint?, begins })
    }

    fn formats(&self) -> impl Iterator<Item = (u8, Format)> {
        self.formats.iter().filter_map(|text| {
            let payload_type: u8 = text.parse().ok().filter(|kind| *kind < 128)?;
            let map = self.maps.iter().find(|map| map.payload_type == payload_type);
            let (encoding, clock) = match (map, payload_type) {
                (Some(map), _) => (map.encoding.as_str(), map.clock),
                (None, 0) => ("pcmu", 8_000),
                (None, 8) => ("pcma", 8_000),
                (None, 9) => ("g722", 8_000),
                (None, 13) => ("cn", 8_000),
                (None, _) => return None,
            };
            let format = match (encoding, clock) {
                ("telephone-event", 8_000 | 16_000 | 48_000) => Format::Events(clock),
                ("cn", 8_000) => Format::Noise,
                (encoding, clock) => {
                    Format::Sound(Codec::ALL.into_iter().find(|one| one.as_str() == encoding && one.clock() == clock)?)
                }
            };
            Some((payload_type, format))
        })
    }

    /// Sound that both sides have, in this side's order.
    fn common(&self, ours: &[Codec]) -> Vec<(u8, Codec)> {
        self.formats()
            .filter_map(|(kind, format)| match format {
                Format::Sound(codec) if ours.contains(&codec) => Some((kind, codec)),
                _ => None,
            })
            .collect()
    }

    fn events_for(&self, codec: Codec) -> Option<(u8, u32)> {
        let mut all = self.formats().filter_map(|(kind, format)| match format {
            Format::Events(clock) => Some((kind, clock)),
            _ => None,
        });
        let first = all.next()?;
        // One of the same clock as the sound, if there is one.
        Some(std::iter::once(first).chain(all).find(|(_, clock)| *clock == codec.clock()).unwrap_or(first))
    }

    fn noise(&self) -> Option<u8> {
        self.formats().find_map(|(kind, format)| matches!(format, Format::Noise).then_some(kind))
    }

    fn packet(&self, codec: Codec) -> u32 {
        match self.packet_ms {
            Some(40) if codec != Codec::Opus => 40,
            Some(60) if codec != Codec::Opus => 60,
            _ => 20,
        }
    }

    fn agreed(&self, ours: &Ours, accepted: Vec<(u8, Codec)>, sealing: Sealing) -> Result<Agreed, SdpError> {
        let (payload_type, codec) = *accepted.first().ok_or(SdpError::NoCommonCodec)?;
        let address = self.address.ok_or(SdpError::NoAddress)?;
        let remote = SocketAddr::new(address, self.port);
        // An address of all zeros is the old way to say "hold" (RFC 3264 section 8.4).
        let reachable = !address.is_unspecified();
        let (keys, handshake) = match sealing {
            Sealing::Not => (None, None),
            Sealing::Keys(theirs) => (Some((Crypto { key: ours.key, ..theirs.clone() }, theirs)), None),
            Sealing::Handshake(handshake) => (None, Some(handshake)),
        };
        Ok(Agreed {
            remote,
            remote_reports: self.reports_to(remote),
            multiplexed: self.multiplexed,
            codec,
            payload_type,
            events: self.events_for(codec),
            comfort_noise: self.noise(),
            packet_ms: self.packet(codec),
            sends: ours.direction.sends() && self.direction.receives() && reachable,
            receives: ours.direction.receives() && self.direction.sends(),
            accepted,
            keys,
            handshake,
        })
    }
}

/// The audio line that we take, its place, and how it is sealed.
fn choose<'a>(offer: &'a Description, ours: &Ours) -> Result<(usize, &'a Media, Sealing), SdpError> {
    let audio = || offer.media.iter().enumerate().filter(|(_, media)| media.kind == "audio" && media.port != 0);
    let fits = |media: &Media| !media.common(&ours.codecs).is_empty();
    let by_handshake = audio().find_map(|(place, media)| {
        let handshake = media.handshake(ours.fingerprint).filter(|_| fits(media))?;
        Some((place, media, Sealing::Handshake(handshake)))
    });
    let by_keys = || {
        let (place, media) = audio().find(|(_, media)| media.is_sealed() && fits(media))?;
        let best = media.cryptos.iter().find(|one| !one.short_tag).or(media.cryptos.first())?;
        Some((place, media, Sealing::Keys(best.clone())))
    };
    if let Some(sealed) = by_handshake.or_else(by_keys) {
        return Ok(sealed);
    }
    if audio().next().is_none() {
        return Err(SdpError::NoAudio);
    }
    if ours.srtp == Srtp::Required {
        return Err(SdpError::NotSealed);
    }
    let plain = audio().find(|(_, media)| media.is_plain() && fits(media));
    let (place, media) = plain.ok_or(SdpError::NoCommonCodec)?;
    Ok((place, media, Sealing::Not))
}

/// Answers an offer: the first audio stream that we can take, everything else declined.
///
/// # Errors
/// [`SdpError::NoAudio`], [`SdpError::NoCommonCodec`], [`SdpError::NoAddress`], [`SdpError::NotSealed`].
pub fn answer(offer: &Description, ours: &Ours) -> Result<(String, Agreed), SdpError> {
    let (place, taken, sealing) = choose(offer, ours)?;
    // Our order decides: the other side has said that it can speak all of them.
    let mut accepted = taken.common(&ours.codecs);
    accepted.sort_by_key(|(_, codec)| ours.codecs.iter().position(|one| one == codec));
    let agreed = taken.agreed(ours, accepted, sealing)?;
    let mut text = head(ours);
    for (at, offered) in offer.media.iter().enumerate() {
        if at == place {
            audio(&mut text, offered, ours, &agreed);
        } else {
            media(&mut text, &offered.kind, 0, &offered.protocol, offered.formats.iter().cloned(), &[]);
        }
    }
    Ok((text, agreed))
}

fn audio(text: &mut String, offered: &Media, ours: &Ours, agreed: &Agreed) {
    let (mut formats, mut lines) = (Vec::new(), Vec::new());
    for (payload_type, codec) in &agreed.accepted {
        formats.push(*payload_type);
        lines.push(format!("a=rtpmap:{payload_type} {}", codec.encoding()));
    }
    if let Some((payload_type, clock)) = agreed.events {
        formats.push(payload_type);
        lines.push(format!("a=rtpmap:{payload_type} telephone-event/{clock}"));
        lines.push(format!("a=fmtp:{payload_type} 0-16"));
    }
    if let Some(payload_type) = agreed.comfort_noise {
        formats.push(payload_type);
        lines.push(format!("a=rtpmap:{payload_type} CN/8000"));
    }
    lines.push(format!("a=ptime:{}", agreed.packet_ms));
    lines.extend(agreed.keys.as_ref().map(|(ours, _)| crypto_line(ours)));
    if let Some(Handshake { ours, begins, .. }) = &agreed.handshake {
        lines.push(fingerprint_line(ours));
        lines.push(format!("a=setup:{}", if *begins { "active" } else { "passive" }));
    }
    if agreed.multiplexed {
        lines.push("a=rtcp-mux".to_owned());
    }
    // What the other side does not send we do not hear, whatever we would like.
    let direction = Direction::of(
        ours.direction.sends() && offered.direction.receives(),
        ours.direction.receives() && offered.direction.sends(),
    );
    lines.push(direction_line(direction));
    media(text, "audio", ours.port, &offered.protocol, formats.iter().map(u8::to_string), &lines);
}

/// Takes the answer to our offer.
///
/// # Errors
/// As [`answer`].
pub fn accept(ours: &Ours, answer: &Description) -> Result<Agreed, SdpError> {
    let taken = answer.media.iter().find(|media| media.kind == "audio" && media.port != 0).ok_or(SdpError::NoAudio)?;
    let sealing = match ours.srtp {
        Srtp::Off if taken.is_plain() => Sealing::Not,
        Srtp::Off => return Err(SdpError::NoAudio),
        Srtp::Required => Sealing::Keys(taken.cryptos.first().cloned().ok_or(SdpError::NotSealed)?),
    };
    let accepted = taken.common(&ours.codecs);
    let mut agreed = taken.agreed(ours, accepted, sealing)?;
    // We offered to share the port only if the offer said so; ours never does.
    agreed.multiplexed = false;
    Ok(agreed)
}
