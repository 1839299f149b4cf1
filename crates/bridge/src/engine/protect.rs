//! Copies of earlier frames for one device, by what it reports of its own path. Pure.
//!
//! Each device's path is protected for itself: a talker's copies are used up here to fill what was lost on the way in, and
//! the listener is sent as many as its own loss asks for.

use std::time::Duration;

use media::{
    allowance::Allowance,
    codec::packet_samples,
    frame::FULLBAND,
    protection::{BUDGET, LossReport, Protection, ProtectionPolicy},
    red::{Block, History, MOST_COPIES},
};

/// 20 ms at 48 kHz, the unit of a copy's distance.
const UNIT: u32 = FULLBAND / 50;
/// Share with which a packet's bit-rate counts in the average.
const SMOOTHING: f32 = 0.05;
/// By how much frames and copies may miss the budget on average before one copy less is sent; what is over it is left out
/// packet by packet.
const TOLERANCE: f32 = 1.05;
/// Longest payload that is made.
pub(super) const LONGEST: usize = 1_200;

#[derive(Debug)]
pub(super) struct Protector {
    policy: ProtectionPolicy,
    history: History,
    allowance: Allowance,
    /// Bits per second of the frames themselves.
    rate: f32,
}

impl Protector {
    /// `red`: the device takes copies.
    pub(super) fn new(red: bool) -> Self {
        Self {
            policy: ProtectionPolicy::new(red),
            history: History::default(),
            allowance: Allowance::default(),
            rate: 0.0,
        }
    }

    /// Times are spans since an origin of the caller's choice.
    pub(super) fn report(&mut self, report: LossReport, now: Duration) {
        self.policy.report(report, now);
    }

    /// Bits per second that this device's talkers should stay below, for its copies to fit.
    pub(super) fn room_for_frames(&self, now: Duration) -> Option<i32> {
        self.policy.room_for_frames(now)
    }

    /// What the path asks of what is sent on it.
    pub(super) fn protection(&self, now: Duration) -> Protection {
        self.policy.protection(now)
    }

    /// Writes the payload for the frame of `time` to `out`: with the copies that the device's path asks for, and with
    /// those of `came_with` that had not arrived here before. `None`: the frame goes alone.
    pub(super) fn wrap(
        &mut self,
        time: u32,
        frame: &[u8],
        came_with: &[Block<'_>],
        payload_type: u8,
        now: Duration,
        out: &mut [u8; LONGEST],
    ) -> Option<usize> {
        self.measure(frame);
        let (mut offsets, mut count) = ([0; MOST_COPIES], 0);
        let wanted = self.policy.protection(now).copies;
        // Of two the later: it survives longer bursts.
        let left_out = wanted.len().saturating_sub(self.affordable());
        let asked = wanted.iter().skip(left_out).map(|distance| distance * UNIT);
        let mut add = |offset: u32| {
            if let Some(slot) = offsets.get_mut(count) {
                *slot = offset;
                count += 1;
            }
        };
        for copy in came_with {
            if self.history.remember(time.wrapping_sub(copy.offset), copy.payload) {
                add(copy.offset);
            }
        }
        asked.for_each(add);
        let room = self.allowance.bytes(now).min(LONGEST);
        let wrapped = if count == 0 {
            None
        } else {
            self.history.write(time, frame, payload_type, &offsets[..count], &mut out[..room]).ok()
        };
        self.history.remember(time, frame);
        // One byte more than the frame: no copy was known, or none had room.
        let wrapped = wrapped.filter(|written| *written > frame.len() + 1);
        self.allowance.spend(wrapped.unwrap_or(frame.len()));
        wrapped
    }

    fn measure(&mut self, frame: &[u8]) {
        let Ok(samples @ 1..) = packet_samples(frame, FULLBAND) else { return };
        let rate = frame.len() as f32 * 8.0 * FULLBAND as f32 / samples as f32;
        self.rate += (rate - self.rate) * if self.rate > 0.0 { SMOOTHING } else { 1.0 };
    }

    /// Copies that fit into the budget beside the frames.
    fn affordable(&self) -> usize {
        ((BUDGET as f32 * TOLERANCE / self.rate.max(1.0)) as usize).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use media::{
        codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
        frame::WIDEBAND,
        red::parse,
    };

    use super::*;

    /// Frames of a buzz at 20 kb/s.
    fn frames(count: usize) -> Vec<Vec<u8>> {
        let settings = EncoderSettings { bitrate: 20_000, fec: false, ..EncoderSettings::voice(WIDEBAND) };
        let mut encoder = OpusEncoder::new(settings).unwrap();
        (0..count)
            .map(|n| {
                let pcm: Vec<i16> = (0..320).map(|i| (((n * 320 + i) % 133) as i16 - 66) * 90).collect();
                let mut out = [0; MAX_PACKET];
                let length = encoder.encode(&pcm, &mut out).unwrap();
                out[..length].to_vec()
            })
            .collect()
    }

    fn lossy() -> LossReport {
        LossReport { lost: 0.2, round_trip: None }
    }

    #[test]
    fn a_listener_with_loss_gets_copies_and_one_without_does_not() {
        let (mut clean, mut bad) = (Protector::new(true), Protector::new(true));
        bad.report(lossy(), Duration::ZERO);
        let mut out = [0; LONGEST];
        for (n, frame) in frames(50).iter().enumerate() {
            let (time, now) = (n as u32 * 960, Duration::from_millis(20 * n as u64));
            assert_eq!(clean.wrap(time, frame, &[], 111, now, &mut out), None);
            let wrapped = bad.wrap(time, frame, &[], 111, now, &mut out);
            if n > 5 {
                let blocks = parse(&out[..wrapped.unwrap()]).unwrap();
                assert_eq!(blocks.copies().len(), 2);
                assert_eq!(blocks.primary.payload, frame);
            }
        }
    }

    #[test]
    fn a_frame_that_was_lost_on_the_way_in_goes_on_with_the_packet_that_brought_it() {
        let mut protector = Protector::new(true);
        let (frames, mut out) = (frames(3), [0; LONGEST]);
        let copy = |n: usize| [Block { payload_type: 111, offset: 960, payload: &frames[n] }];
        assert_eq!(protector.wrap(0, &frames[0], &[], 111, Duration::ZERO, &mut out), None);
        // Packet 1 is lost, and packet 2 brings it along.
        let written = protector.wrap(1_920, &frames[2], &copy(1), 111, Duration::ZERO, &mut out).unwrap();
        let blocks = parse(&out[..written]).unwrap();
        assert_eq!(blocks.copies(), copy(1));
        // What has been sent is not sent again on a path that loses nothing.
        assert_eq!(protector.wrap(2_880, &frames[0], &copy(2), 111, Duration::ZERO, &mut out), None);
    }

    #[test]
    fn a_talker_with_a_high_bit_rate_does_not_make_the_listener_pay_twice() {
        let mut protector = Protector::new(true);
        protector.report(lossy(), Duration::ZERO);
        let mut out = [0; LONGEST];
        for n in 0..50 {
            // 20 ms of wideband speech (RFC 6716 section 3.1) in 150 bytes: 60 kb/s.
            let frame = [0x48; 150];
            assert_eq!(protector.wrap(n * 960, &frame, &[], 111, Duration::ZERO, &mut out), None);
        }
    }
}
