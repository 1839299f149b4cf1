//! A carrier leg.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use media::{
    dtmf::{Digit, DigitGate, DigitSource, ToneDetector},
    level,
};

use super::{
    clip::Clips,
    gate::Gate,
    intake::Intake,
    tally::{Reading, Tally},
    voice::{NARROW, Voice, WIDE},
};
use crate::{
    counters::{Counters, count},
    event::PortStats,
    handle::PromptId,
    port::{Arrived, CarrierCodec, CarrierFrame, CarrierNetwork, CarrierOptions, FRAME_BYTES, Outlet, OutletFull},
};

pub(super) struct Carrier {
    codec: CarrierCodec,
    intake: Intake,
    outlet: Outlet,
    overrun: Arc<AtomicU64>,
    /// Finds keys in the sound, for carriers that do not report them.
    tones: Option<ToneDetector>,
    pub(super) keys: DigitGate,
    gate: Gate,
    pub(super) voice: Voice,
    /// What is in `voice` came from the carrier in this turn.
    pub(super) fresh: bool,
    /// Of what is in `voice`.
    level_dbfs: f32,
    /// The turn before is there at 16 kHz too.
    widened: bool,
    /// How long ago the end of it had arrived when it was taken in.
    waited: Option<Duration>,
    /// The turn for which it was taken in.
    taken: Option<u64>,
    pub(super) clips: Clips,
    pub(super) tally: Tally,
    /// Of carriers that send packets.
    pub(super) network: CarrierNetwork,
}

impl Carrier {
    pub(super) fn new(options: CarrierOptions, arrived: Arrived, outlet: Outlet, overrun: Arc<AtomicU64>) -> Self {
        Self {
            codec: options.codec,
            intake: Intake::new(arrived),
            outlet,
            overrun,
            tones: options.keys_in_sound.then(ToneDetector::default),
            keys: DigitGate::default(),
            gate: Gate::default(),
            voice: Voice::SILENT,
            fresh: false,
            level_dbfs: level::FLOOR_DBFS,
            widened: false,
            waited: None,
            taken: None,
            clips: Clips::default(),
            tally: Tally::default(),
            network: CarrierNetwork::default(),
        }
    }

    /// Goes on for the port that the leg had before: with what is being played to it, the keys that are known, and the last
    /// of its voice, which is samples whatever they came in. Figures begin anew.
    pub(super) fn follow(mut self, before: Self) -> Self {
        self.tally.last_in = before.tally.last_in;
        let Self { keys, gate, voice, taken, clips, network, .. } = before;
        Self { keys, gate, voice, taken, clips, network, ..self }
    }

    /// Its voice can hold something above 4 kHz, and it is played the same.
    pub(super) const fn is_wide(&self) -> bool {
        self.codec.is_wide()
    }

    /// The leg's owner has let go of it.
    pub(super) fn is_gone(&self) -> bool {
        self.outlet.is_gone()
    }

    /// Takes in what came since the last turn and readies the samples of this one, once a turn. Answers with the keys that
    /// are heard in it and that the carrier has not reported.
    pub(super) fn take_in(&mut self, turn: u64, now: Instant, since_start: Duration) -> Vec<Digit> {
        if self.taken.replace(turn) == Some(turn) {
            return Vec::new();
        }
        let bytes = self.intake.collect();
        if bytes > 0 {
            self.tally.bytes_in += bytes as u64;
            self.tally.last_in = Some(now);
        }
        self.voice.pass();
        let samples = self.voice.speak();
        self.fresh = self.intake.pull(samples);
        if self.fresh {
            self.tally.packets_in += 1;
        }
        self.level_dbfs = self.tally.heard(self.intake.brought(samples));
        let newest = self.tally.last_in.filter(|_| self.fresh);
        let depth = Duration::from_millis(self.intake.fifo.depth_ms() as u64);
        self.waited = newest.map(|newest| depth + now.saturating_duration_since(newest));
        self.hear_keys(since_start)
    }

    fn hear_keys(&mut self, since_start: Duration) -> Vec<Digit> {
        let Some(tones) = self.tones.as_mut().filter(|_| self.fresh) else { return Vec::new() };
        let mut heard = tones.push(&self.voice.now.narrow);
        heard.retain(|digit| self.keys.take(*digit, DigitSource::Sound, since_start));
        heard
    }

    /// How long ago the end of this turn's sound had arrived at its turn; `None` while it is made up.
    pub(super) const fn wait(&self) -> Option<Duration> {
        self.waited
    }

    /// Readies the turn's voice; only while somebody needs it, and its 16 kHz half only for those who hear `wide`. False when
    /// the caller is silent, unless `always` wanted.
    pub(super) fn speak(&mut self, since_start: Duration, always: bool, wide: bool) -> bool {
        self.voice.speak();
        if wide {
            if !self.widened {
                self.intake.widen(&mut self.voice.before);
            }
            self.intake.widen(&mut self.voice.now);
        }
        self.widened = wide;
        self.gate.hear_level(self.level_dbfs, since_start);
        always || self.gate.is_open(since_start)
    }

    /// Plays 20 ms to a carrier of G.711; nothing to a wide one.
    pub(super) fn send(&mut self, pcm: &[i16; NARROW], counters: &Counters) {
        let Some(law) = self.codec.law() else { return };
        let mut frame = [0; FRAME_BYTES];
        law.encode_into(pcm, &mut frame);
        self.hand_over(CarrierFrame::Law(frame), FRAME_BYTES, pcm, counters);
    }

    /// Plays 20 ms to a wide carrier; nothing to one of G.711.
    pub(super) fn send_wide(&mut self, pcm: &[i16; WIDE], counters: &Counters) {
        if self.is_wide() {
            self.hand_over(CarrierFrame::Wide(*pcm), size_of_val(pcm), pcm, counters);
        }
    }

    fn hand_over(&mut self, frame: CarrierFrame, bytes: usize, pcm: &[i16], counters: &Counters) {
        match self.outlet.play(frame) {
            Ok(()) => {
                self.tally.sent(bytes);
                self.tally.said(pcm);
            }
            Err(OutletFull) => {
                self.tally.not_sent += 1;
                count(&counters.carrier_full);
            }
        }
    }

    /// Plays the next 20 ms of its clips, when there are any; the answer names a prompt that ends with them.
    pub(super) fn play_clips(&mut self, counters: &Counters) -> Option<PromptId> {
        if self.is_wide() {
            let (frame, finished) = self.clips.next_wide()?;
            self.send_wide(&frame, counters);
            finished
        } else {
            let (frame, finished) = self.clips.next()?;
            self.send(&frame, counters);
            finished
        }
    }

    pub(super) fn clear(&mut self, counters: &Counters) {
        if let Err(OutletFull) = self.outlet.clear() {
            count(&counters.carrier_full);
        }
    }

    pub(super) fn close_second(&mut self) -> PortStats {
        let reading = Reading {
            codec: self.codec.impairment(),
            concealed: self.intake.fifo.concealed,
            jitter: self.network.jitter,
            wait: Duration::from_millis(self.intake.fifo.depth_ms() as u64),
            dropped: (self.intake.fifo.dropped + self.overrun.load(Relaxed)) / self.intake.fifo.frame() as u64,
        };
        self.tally.round_trip = self.network.round_trip.or(self.tally.round_trip);
        self.tally.close(&reading);
        // Its packets are counted where they come in.
        self.tally.latest.loss_fraction = self.tally.latest.loss_fraction.max(self.network.loss);
        self.tally.latest
    }
}

#[cfg(test)]
mod tests;
