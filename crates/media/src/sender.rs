//! From a microphone's samples to the payloads of RTP packets: the encoder, the copies of earlier frames, and the policy
//! that decides on both.

use std::time::Duration;

use crate::{
    allowance::Allowance,
    audio_level::{AudioLevel, VoiceMeter},
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{FRAME_10, FRAME_20, FULLBAND, samples},
    protection::{LossReport, Protection, ProtectionPolicy},
    red::{FARTHEST, History, MOST_COPIES},
};

/// Packets this short only say that nothing changed (RFC 6716 section 2.1.9) and are not sent (RFC 7587 section 3.1.3).
const NOTHING_NEW: usize = 2;
/// Effort of the encoder for a person's one voice: 0.4 of PESQ better at every bit-rate than half of it.
const THOROUGH: i32 = 9;
/// Longest payload: a frame and its copies.
const LONGEST: usize = 1_500;

/// What was agreed on with the far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    pub opus: u8,
    /// Payload type of RFC 2198 packets, when the far end takes them.
    pub red: Option<u8>,
    /// Packets of 10 ms may be sent.
    pub short: bool,
    /// The far end is told the level of each packet. Where it is not, it may look for voices in the linear-prediction layer,
    /// which the encoder with the shortest look-ahead does not have.
    pub told_level: bool,
}

/// A payload that is ready to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload<'a> {
    pub payload_type: u8,
    pub level: AudioLevel,
    pub bytes: &'a [u8],
}

/// What came of a block of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The frame is not full yet.
    Collecting,
    /// A frame ended in which there was nothing to send.
    Nothing,
    Packet(Payload<'a>),
}

/// Mono. Makes no allocation after it was made.
#[derive(Debug)]
pub struct VoiceSender {
    agreed: Agreed,
    /// For paths that lose packets or have little room.
    steady: OpusEncoder,
    /// With the shortest look-ahead.
    swift: OpusEncoder,
    policy: ProtectionPolicy,
    in_force: Protection,
    is_swift: bool,
    /// What was agreed on has changed since the encoder was set.
    renewed: bool,
    history: History,
    allowance: Allowance,
    pcm: Vec<f32>,
    meter: VoiceMeter,
    /// Of the loudest block of the frame.
    level: AudioLevel,
    packet: Box<[u8; MAX_PACKET]>,
    wrapped: Box<[u8; LONGEST]>,
}

impl VoiceSender {
    /// `rate`: of the samples that go in.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn new(rate: u32, agreed: Agreed) -> Result<Self, CodecError> {
        let policy = ProtectionPolicy::new(agreed.red.is_some());
        let in_force = policy.protection(Duration::ZERO);
        let settings = EncoderSettings { frame: FRAME_20, complexity: THOROUGH, ..EncoderSettings::voice(rate) };
        let mut sender = Self {
            agreed,
            steady: OpusEncoder::new(settings)?,
            swift: OpusEncoder::new(EncoderSettings { complexity: THOROUGH, ..EncoderSettings::clean_voice(rate) })?,
            policy,
            in_force,
            is_swift: false,
            renewed: false,
            history: History::default(),
            allowance: Allowance::default(),
            pcm: Vec::with_capacity(2 * settings.frame_samples()),
            meter: VoiceMeter::default(),
            level: AudioLevel::SILENCE,
            packet: Box::new([0; MAX_PACKET]),
            wrapped: Box::new([0; LONGEST]),
        };
        sender.apply(in_force, false)?;
        Ok(sender)
    }

    /// The far end is another from now on, or takes other things.
    pub fn agree(&mut self, agreed: Agreed) {
        if agreed != self.agreed {
            self.agreed = agreed;
            self.renewed = true;
            self.policy = ProtectionPolicy::new(agreed.red.is_some());
            self.history.clear();
        }
    }

    /// Takes what the far end reports at `now`, a span since an origin of the caller's choice.
    pub fn report(&mut self, report: LossReport, now: Duration) {
        self.policy.report(report, now);
    }

    /// See [`ProtectionPolicy::stay_below`].
    pub const fn stay_below(&mut self, bitrate: i32, now: Duration) {
        self.policy.stay_below(bitrate, now);
    }

    pub const fn protection(&self) -> &Protection {
        &self.in_force
    }

    /// Loss of what was sent, as it is believed now, 0 to 1.
    pub const fn loss(&self) -> f32 {
        self.policy.loss()
    }

    /// Length of the packet that is being made.
    pub const fn frame(&self) -> Duration {
        self.settings().frame
    }

    const fn settings(&self) -> &EncoderSettings {
        if self.is_swift { self.swift.settings() } else { self.steady.settings() }
    }

    /// Whether the next block begins a frame.
    pub const fn is_between_frames(&self) -> bool {
        self.pcm.is_empty()
    }

    /// Leaves out what was collected of a frame.
    pub fn abandon_frame(&mut self) {
        self.pcm.clear();
    }

    /// Takes 10 ms of sound, which are at `now`; `timestamp` is the RTP timestamp of the frame that they are part of.
    /// `silent`: nothing is to be heard, which need not be said again and again.
    ///
    /// # Errors
    /// [`CodecError`]; the frame is lost and the next can be sent.
    pub fn push(
        &mut self,
        block: &[f32],
        silent: bool,
        timestamp: u32,
        now: Duration,
    ) -> Result<Outcome<'_>, CodecError> {
        if self.pcm.is_empty() {
            let wanted = self.policy.protection(now);
            if wanted != self.in_force || std::mem::take(&mut self.renewed) || silent != self.settings().dtx {
                self.apply(wanted, silent)?;
            }
            self.level = AudioLevel::SILENCE;
        }
        if silent {
            self.pcm.resize(self.pcm.len() + block.len(), 0.0);
        } else {
            self.pcm.extend_from_slice(block);
            self.level = self.level.louder(self.meter.measure(block));
        }
        if self.pcm.len() < self.settings().frame_samples() {
            return Ok(Outcome::Collecting);
        }
        let encoder = if self.is_swift { &mut self.swift } else { &mut self.steady };
        let encoded = encoder.encode_float(&self.pcm, self.packet.as_mut_slice());
        self.pcm.clear();
        let length = encoded?;
        if length <= NOTHING_NEW {
            return Ok(Outcome::Nothing);
        }
        Ok(Outcome::Packet(self.wrap(length, timestamp, now)))
    }

    fn apply(&mut self, wanted: Protection, silent: bool) -> Result<(), CodecError> {
        let frame = if self.agreed.short && wanted.frame <= FRAME_10 { FRAME_10 } else { FRAME_20 };
        let swift = wanted.low_delay && self.agreed.told_level;
        let other = swift != self.is_swift;
        self.is_swift = swift;
        let encoder = if swift { &mut self.swift } else { &mut self.steady };
        if other {
            // The decoder begins anew with the other layer, and so has to who encodes for it.
            encoder.restart()?;
        }
        encoder.set_frame(frame);
        encoder.set_dtx(silent)?;
        if !swift {
            encoder.set_bitrate(wanted.bitrate)?;
            encoder.set_fec(wanted.fec)?;
            encoder.set_expected_loss(wanted.expected_loss)?;
        }
        self.in_force = wanted;
        Ok(())
    }

    fn wrap(&mut self, length: usize, timestamp: u32, now: Duration) -> Payload<'_> {
        let own = &self.packet[..length];
        let room = self.allowance.bytes(now).min(LONGEST);
        let mut wrapped = None;
        if let Some(red) = self.agreed.red {
            let (unit, mut offsets) = (samples(FULLBAND, FRAME_20) as u32, [0; MOST_COPIES]);
            for (offset, distance) in offsets.iter_mut().zip(self.in_force.copies) {
                *offset = (distance * unit).min(FARTHEST);
            }
            let offsets = &offsets[..self.in_force.copies.len().min(MOST_COPIES)];
            // Those that do not fit are left out, the farthest first.
            let out = &mut self.wrapped[..room];
            let written = self.history.write(timestamp, own, self.agreed.opus, offsets, out).ok();
            wrapped = written.filter(|written| *written > length + 1).map(|written| (red, written));
            self.history.remember(timestamp, own);
        }
        let (payload_type, bytes) = match wrapped {
            Some((red, written)) => (red, &self.wrapped[..written]),
            None => (self.agreed.opus, own),
        };
        self.allowance.spend(bytes.len());
        Payload { payload_type, level: self.level, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::red::parse;

    const AGREED: Agreed = Agreed { opus: 111, red: Some(63), short: true, told_level: false };

    fn voice(n: usize) -> [f32; 480] {
        std::array::from_fn(|i| {
            let t = (n * 480 + i) as f32 / 48_000.0;
            ((t * (110.0 + 20.0 * (t * 9.0).sin())).fract() - 0.5) * (0.35 + 0.25 * (t * 31.0).sin())
        })
    }

    /// Payload types, block counts and lengths of what is sent in `seconds`.
    fn send(sender: &mut VoiceSender, from: usize, seconds: usize) -> Vec<(u8, usize, usize)> {
        let (mut sent, mut timestamp) = (Vec::new(), (from * 480) as u32);
        for n in from..from + seconds * 100 {
            let now = Duration::from_millis(10 * n as u64);
            let outcome = sender.push(&voice(n), false, timestamp, now).unwrap();
            match outcome {
                Outcome::Packet(payload) => {
                    let copies =
                        if payload.payload_type == 63 { parse(payload.bytes).unwrap().copies().len() } else { 0 };
                    sent.push((payload.payload_type, copies, payload.bytes.len()));
                    timestamp = (n as u32 + 1) * 480;
                }
                Outcome::Nothing => timestamp = (n as u32 + 1) * 480,
                Outcome::Collecting => {}
            }
        }
        sent
    }

    #[test]
    fn a_clean_path_gets_short_plain_packets_and_a_lossy_one_copies_in_long_ones() {
        let mut sender = VoiceSender::new(FULLBAND, AGREED).unwrap();
        let clean = send(&mut sender, 0, 1);
        assert_eq!(clean.len(), 100);
        assert!(clean.iter().all(|(payload_type, copies, _)| (*payload_type, *copies) == (111, 0)));
        sender.report(LossReport { lost: 0.25, round_trip: None }, Duration::from_secs(1));
        let lossy = send(&mut sender, 100, 2);
        assert_eq!(lossy.len(), 100);
        assert!(lossy[5..].iter().all(|(payload_type, copies, _)| *payload_type == 63 && *copies > 0), "{lossy:?}");
        let bits: usize = lossy[50..].iter().map(|(_, _, length)| length * 8).sum();
        assert!(bits <= 64_000 + 6_000, "{bits} bits in a second");
    }

    #[test]
    fn short_packets_begin_when_the_far_end_has_said_that_it_takes_them() {
        let mut sender =
            VoiceSender::new(FULLBAND, Agreed { opus: 111, red: None, short: false, told_level: false }).unwrap();
        assert_eq!(send(&mut sender, 0, 1).len(), 50);
        sender.agree(AGREED);
        assert_eq!(send(&mut sender, 100, 1).len(), 100);
        sender.agree(Agreed { short: false, ..AGREED });
        assert_eq!(send(&mut sender, 200, 1).len(), 50);
    }

    #[test]
    fn a_far_end_without_red_gets_plain_packets_of_20_ms() {
        let mut sender =
            VoiceSender::new(FULLBAND, Agreed { opus: 96, red: None, short: false, told_level: false }).unwrap();
        sender.report(LossReport { lost: 0.25, round_trip: None }, Duration::ZERO);
        let sent = send(&mut sender, 0, 1);
        assert_eq!(sent.len(), 50);
        assert!(sent.iter().all(|(payload_type, _, _)| *payload_type == 96));
    }

    /// Whether a packet is of the transform layer alone (RFC 6716 section 3.1).
    fn is_transform(packet: &[u8]) -> bool {
        packet[0] >> 3 >= 16
    }

    #[test]
    fn a_clean_path_gets_the_shortest_look_ahead_where_levels_are_told_and_a_change_is_not_heard() {
        let mut sender = VoiceSender::new(FULLBAND, Agreed { told_level: true, ..AGREED }).unwrap();
        let mut decoder = crate::codec::OpusDecoder::new(FULLBAND, 1).unwrap();
        let (mut heard, mut kinds, mut timestamp) = (Vec::new(), Vec::new(), 0);
        for n in 0..2_400_usize {
            let now = Duration::from_millis(10 * n as u64);
            if n > 0 && n.is_multiple_of(100) {
                sender.report(LossReport { lost: if n == 200 { 0.02 } else { 0.0 }, round_trip: None }, now);
            }
            let tone: [f32; 480] = std::array::from_fn(|i| ((n * 480 + i) as f32 * 0.05).sin() * 0.3);
            match sender.push(&tone, false, timestamp, now).unwrap() {
                Outcome::Packet(payload) => {
                    assert!((-16..=-12).contains(&payload.level.dbfs()), "{:?}", payload.level);
                    let own = if payload.payload_type == 63 {
                        parse(payload.bytes).unwrap().primary.payload
                    } else {
                        payload.bytes
                    };
                    kinds.push(is_transform(own));
                    let mut out = [0; 960];
                    let length = decoder.decode(own, &mut out).unwrap();
                    heard.extend_from_slice(&out[..length]);
                    timestamp = (n as u32 + 1) * 480;
                }
                Outcome::Nothing => panic!("a tone is not nothing"),
                Outcome::Collecting => {}
            }
        }
        let changes: Vec<usize> = (1..kinds.len()).filter(|n| kinds[*n] != kinds[n - 1]).collect();
        assert!(kinds[0] && changes.len() == 2 && changes[0] == 200, "{changes:?}");
        // The tone is at -13.5 dBFS; its first 100 ms are left out.
        let levels = heard[4_800..].chunks_exact(240).map(crate::level::rms_dbfs);
        assert!(levels.clone().all(|dbfs| (-17.0..-11.5).contains(&dbfs)), "{:?}", levels.collect::<Vec<_>>());
    }

    #[test]
    fn who_is_muted_on_a_clean_path_almost_stops_sending() {
        let mut sender = VoiceSender::new(FULLBAND, Agreed { told_level: true, ..AGREED }).unwrap();
        send(&mut sender, 0, 1);
        let sent = (100..300)
            .filter(|n| {
                let outcome = sender.push(&voice(*n), true, *n as u32 * 480, Duration::from_millis(10 * *n as u64));
                matches!(outcome.unwrap(), Outcome::Packet(_))
            })
            .count();
        assert!(sent < 60, "{sent} packets in two muted seconds");
    }
}
