//! Figures of one port.

use std::time::{Duration, Instant};

use media::{
    echo::EchoGauge,
    level::Meter,
    quality::{CodecImpairment, Path},
    seq::Reception,
};

use crate::event::PortStats;

/// What the far end adds to the delay: capture, framing and its own jitter buffer.
const FAR_END: Duration = Duration::from_millis(60);
/// A share of a second is one of at least this many frames, so that one frame in a pause does not count as a bad second.
const FRAMES: f32 = 50.0;

#[derive(Debug, Default)]
pub(super) struct Tally {
    level_in: Option<Meter>,
    level_out: Option<Meter>,
    /// Levels of the present turn: what was sent to the port and what came from it.
    turn: (Option<f32>, Option<f32>),
    echo: EchoGauge,
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

    /// The samples of this turn that came from the port; the answer is their level.
    pub(super) fn heard(&mut self, pcm: &[i16]) -> f32 {
        let measured = Meter::of(pcm);
        self.level_in.get_or_insert_default().merge(&measured);
        *self.turn.1.insert(measured.dbfs())
    }

    /// The samples of this turn that were sent to the port.
    pub(super) fn said(&mut self, pcm: &[i16]) {
        self.said_at(&Meter::of(pcm));
    }

    /// As [`said`](Self::said), for samples that several ports are sent and that were measured once.
    pub(super) fn said_at(&mut self, measured: &Meter) {
        self.level_out.get_or_insert_default().merge(measured);
        self.turn.0 = Some(measured.dbfs());
    }

    /// Both directions have had their turn.
    pub(super) fn close_turn(&mut self) {
        if let (Some(said), Some(heard)) = std::mem::take(&mut self.turn) {
            self.echo.add(said, heard);
        }
    }

    /// Closes a second.
    pub(super) fn close(&mut self, reading: &Reading) -> PortStats {
        let network_loss = self.reception.take_loss_fraction();
        let packets = self.packets_in.saturating_sub(self.latest.packets_in) as f32;
        let made_up = reading.concealed.saturating_sub(self.latest.concealed) as f32;
        let concealed_fraction = made_up / (packets + made_up).max(FRAMES);
        // Packets that are passed on as they are are repaired, or not, at the other end.
        let lost = if self.level_in.is_some() { concealed_fraction } else { network_loss };
        let delay = self.round_trip.unwrap_or_default() / 2 + reading.wait + FAR_END;
        let millis = |span: Duration| span.as_secs_f32() * 1_000.0;
        let heard = self.level_in.take().map(|mut meter| meter.take());
        let echo = self.echo.find();
        self.latest = PortStats {
            level_dbfs_in: heard.map(|heard| heard.dbfs),
            level_dbfs_out: self.level_out.take().map(|mut meter| meter.take_dbfs()),
            clipped: heard.map_or(0.0, |heard| heard.clipped),
            echo_loss_db: echo.map(|echo| echo.loss_db),
            loss_fraction: network_loss,
            concealed: reading.concealed,
            concealed_fraction,
            jitter_ms: millis(reading.jitter),
            round_trip_ms: self.round_trip.map(millis),
            jitter_buffer_ms: millis(reading.wait),
            packets_in: self.packets_in,
            packets: packets as u32,
            packets_out: self.packets_out,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            dropped: reading.dropped + self.not_sent,
            codec: reading.codec,
            mos: Path { mouth_to_ear: delay, loss: lost, ..Path::clean(reading.codec) }.mos(),
        };
        self.latest
    }
}
