//! Reports of both sides, and the figures that come of them.

use std::time::{Duration, Instant};

use media::rtcp::{self, Report, ReportBlock, SenderInfo};

use super::Leg;
use crate::{port::CarrierNetwork, rtp::RtpFigures};

/// Seconds from 1900 to 1970.
const NTP_OFFSET: u64 = 2_208_988_800;

impl Leg {
    /// Takes a report of the other side.
    pub(in crate::rtp) fn hear_report(&mut self, datagram: &[u8], now: Instant) {
        let opened;
        if self.awaits_keys() {
            return self.refuse();
        }
        let clear = match &mut self.sealed {
            None => datagram,
            Some(sealed) => match sealed.open_report(datagram) {
                Some(report) => {
                    opened = report;
                    opened.as_slice()
                }
                None => return self.refuse(),
            },
        };
        let clock = self.route.as_ref().map_or(8_000, |route| route.codec.clock());
        for report in rtcp::parse(clear) {
            if let Some(sender) = report.sender {
                self.hearing.sender_report = Some(((sender.ntp >> 16) as u32, now));
            }
            for block in report.blocks.iter().filter(|block| block.ssrc == self.speech.ssrc) {
                let jitter = Duration::from_micros(u64::from(block.jitter) * 1_000_000 / u64::from(clock));
                self.far = Some((f32::from(block.fraction_lost) / 256.0, jitter));
                if block.last_sender_report != 0 {
                    let gone = self.ntp_middle(now).wrapping_sub(block.last_sender_report).wrapping_sub(block.delay);
                    // More than a minute is a clock that was set, not a round trip.
                    if gone < 60 << 16 {
                        self.round_trip = Some(Duration::from_micros(u64::from(gone) * 1_000_000 / 65_536));
                    }
                }
            }
        }
    }

    /// Our clock in the middle 32 bits of the NTP format. Only differences of it matter, so it begins with the leg.
    fn ntp(&self, now: Instant) -> u64 {
        let since = now.duration_since(self.started);
        ((NTP_OFFSET + since.as_secs()) << 32) | ((u64::from(since.subsec_micros()) << 32) / 1_000_000)
    }

    fn ntp_middle(&self, now: Instant) -> u32 {
        (self.ntp(now) >> 16) as u32
    }

    /// The report that is due every five seconds.
    pub(in crate::rtp) fn report(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.route.is_none() || self.awaits_keys() {
            return None;
        }
        let ntp = self.ntp(now);
        let hearing = &mut self.hearing;
        let expected = hearing.reception.expected();
        let received = hearing.reception.received();
        let (expected_now, received_now) = (expected - hearing.interval.0, received - hearing.interval.1);
        hearing.interval = (expected, received);
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction_lost = (lost_now * 255).checked_div(expected_now).unwrap_or(0).min(255) as u8;
        let (last_sender_report, delay) = hearing.sender_report.map_or((0, 0), |(middle, at)| {
            let since = now.duration_since(at).as_micros() * 65_536 / 1_000_000;
            (middle, u32::try_from(since).unwrap_or(u32::MAX))
        });
        let block = hearing.ssrc.map(|ssrc| ReportBlock {
            ssrc,
            fraction_lost,
            cumulative_lost: i32::try_from(expected.saturating_sub(received)).unwrap_or(0x7F_FFFF),
            highest_seq: hearing.reception.highest() as u32,
            jitter: hearing.jitter.units(),
            last_sender_report,
            delay,
        });
        let speech = &self.speech;
        let sender = (speech.packets > 0).then_some(SenderInfo {
            ntp,
            timestamp: speech.timestamp,
            packets: speech.packets,
            octets: speech.octets,
        });
        let report = Report { ssrc: speech.ssrc, sender, blocks: block.into_iter().collect() };
        let clear = rtcp::write(&report, &self.name);
        match &mut self.sealed {
            Some(sealed) => sealed.seal_report(&clear),
            None => Some(clear),
        }
    }

    /// What the engine puts beside its own figures, once a second.
    pub(in crate::rtp) fn network(&mut self, now: Instant) -> CarrierNetwork {
        let figures = self.figures(now);
        let loss = self.hearing.second.take_loss_fraction();
        CarrierNetwork {
            loss,
            jitter: figures.jitter,
            round_trip: figures.round_trip,
            silent: self.hearing.noise.is_some(),
        }
    }

    pub(in crate::rtp) fn figures(&self, now: Instant) -> RtpFigures {
        let clock = self.route.as_ref().map_or(8_000, |route| route.codec.clock());
        let hearing = &self.hearing;
        RtpFigures {
            packets_in: hearing.packets,
            packets_out: u64::from(self.speech.packets),
            lost: hearing.reception.expected().saturating_sub(hearing.reception.received()),
            late: hearing.order.late,
            refused: hearing.refused,
            jitter: Duration::from_micros(u64::from(hearing.jitter.units()) * 1_000_000 / u64::from(clock)),
            round_trip: self.round_trip,
            far_loss: self.far.map(|(loss, _)| loss),
            far_jitter: self.far.map(|(_, jitter)| jitter),
            silent_for: now.duration_since(hearing.last_in),
            source: hearing.source,
        }
    }
}
