//! Figures of one port.

use std::time::{Duration, Instant};

use media::{
    level::Meter,
    quality::{CodecImpairment, mos},
    seq::Reception,
};

use crate::event::PortStats;

/// What the far end adds to the delay: capture, framing and its own jitter buffer.
const FAR_END: Duration = Duration::from_millis(60);

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) level_in: Option<Meter>,
    pub(super) level_out: Option<Meter>,
    pub(super) reception: Reception,
    pub(super) packets_in: u64,
    pub(super) packets_out: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) not_sent: u64,
    pub(super) last_in: Option<Instant>,
    pub(super) round_trip: Option<Duration>,
    pub(super) latest: PortStats,
}

/// What only the port itself knows.
pub(super) struct Reading {
    pub(super) codec: CodecImpairment,
    pub(super) concealed: u64,
    pub(super) jitter: Duration,
    pub(super) wait: Duration,
    pub(super) dropped: u64,
}

impl Tally {
    pub(super) fn received(&mut self, bytes: usize, now: Instant) {
        self.packets_in += 1;
        self.bytes_in += bytes as u64;
        self.last_in = Some(now);
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.packets_out += 1;
        self.bytes_out += bytes as u64;
    }

    /// Closes a second.
    pub(super) fn close(&mut self, reading: &Reading) -> PortStats {
        let network_loss = self.reception.take_loss_fraction();
        let made_up = reading.concealed.saturating_sub(self.latest.concealed).min(50) as f32 / 50.0;
        let delay = self.round_trip.unwrap_or_default() / 2 + reading.wait + FAR_END;
        let millis = |span: Duration| span.as_secs_f32() * 1_000.0;
        self.latest = PortStats {
            level_dbfs_in: self.level_in.take().map(|mut meter| meter.take_dbfs()),
            level_dbfs_out: self.level_out.take().map(|mut meter| meter.take_dbfs()),
            loss_fraction: network_loss,
            concealed: reading.concealed,
            jitter_ms: millis(reading.jitter),
            round_trip_ms: self.round_trip.map(millis),
            jitter_buffer_ms: millis(reading.wait),
            packets_in: self.packets_in,
            packets_out: self.packets_out,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            dropped: reading.dropped + self.not_sent,
            mos: mos(reading.codec, delay, network_loss.max(made_up)),
        };
        self.latest
    }
}
