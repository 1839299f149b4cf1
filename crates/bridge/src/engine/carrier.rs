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
    quality::CodecImpairment,
    resample::Upsampler,
};
use tokio::sync::mpsc::{Sender, error::TrySendError};

use super::{
    clip::Clips,
    fifo::Fifo,
    gate::Gate,
    tally::{Reading, Tally},
    voice::Voice,
};
use crate::{
    counters::{Counters, count},
    event::PortStats,
    port::{CarrierCodec, CarrierNetwork, CarrierOptions, CarrierOut, FRAME_BYTES},
};

pub(super) struct Carrier {
    codec: CarrierCodec,
    bytes: rtrb::Consumer<u8>,
    frames: Sender<CarrierOut>,
    overrun: Arc<AtomicU64>,
    fifo: Fifo,
    /// Finds keys in the sound, for carriers that do not report them.
    tones: Option<ToneDetector>,
    pub(super) keys: DigitGate,
    up: Upsampler,
    gate: Gate,
    pub(super) voice: Voice,
    /// What is in `voice` came from the carrier in this turn.
    pub(super) fresh: bool,
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
    pub(super) fn new(
        options: CarrierOptions,
        bytes: rtrb::Consumer<u8>,
        frames: Sender<CarrierOut>,
        overrun: Arc<AtomicU64>,
    ) -> Self {
        let codec = options.codec;
        Self {
            codec,
            bytes,
            frames,
            overrun,
            fifo: Fifo::new(codec.law()),
            tones: options.keys_in_sound.then(ToneDetector::default),
            keys: DigitGate::default(),
            up: Upsampler::default(),
            gate: Gate::default(),
            voice: Voice::SILENT,
            fresh: false,
            waited: None,
            taken: None,
            clips: Clips::default(),
            tally: Tally::default(),
            network: CarrierNetwork::default(),
        }
    }

    /// The leg's owner has let go of it.
    pub(super) fn is_gone(&self) -> bool {
        self.frames.is_closed()
    }

    /// Takes in what came since the last turn and readies the samples of this one, once a turn. Answers with the keys that
    /// are heard in it and that the carrier has not reported.
    pub(super) fn take_in(&mut self, turn: u64, now: Instant, since_start: Duration) -> Vec<Digit> {
        if self.taken.replace(turn) == Some(turn) {
            return Vec::new();
        }
        let waiting = self.bytes.slots();
        if let (true, Ok(chunk)) = (waiting > 0, self.bytes.read_chunk(waiting)) {
            let (first, second) = chunk.as_slices();
            self.fifo.push(first);
            self.fifo.push(second);
            chunk.commit_all();
            self.tally.bytes_in += waiting as u64;
            self.tally.last_in = Some(now);
        }
        self.voice.pass();
        let narrow = &mut self.voice.speak().narrow;
        self.fresh = self.fifo.pull(narrow);
        if self.fresh {
            self.tally.packets_in += 1;
        }
        self.tally.heard(narrow);
        let newest = self.tally.last_in.filter(|_| self.fresh);
        let depth = Duration::from_millis(self.fifo.depth_ms() as u64);
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

    /// Fills in the 16 kHz half of the turn's voice; only while somebody needs it. False when the caller is silent, unless
    /// `always` wanted.
    pub(super) fn speak(&mut self, since_start: Duration, always: bool) -> bool {
        let samples = self.voice.speak();
        self.up.process(&samples.narrow, &mut samples.wide);
        self.gate.hear_level(level::rms_dbfs(&samples.narrow), since_start);
        always || self.gate.is_open(since_start)
    }

    pub(super) fn send(&mut self, pcm: &[i16; FRAME_BYTES], counters: &Counters) {
        let mut frame = [0; FRAME_BYTES];
        self.codec.law().encode_into(pcm, &mut frame);
        match self.frames.try_send(CarrierOut::Frame(frame)) {
            Ok(()) => {
                self.tally.sent(FRAME_BYTES);
                self.tally.said(pcm);
            }
            Err(TrySendError::Full(_)) => {
                self.tally.not_sent += 1;
                count(&counters.carrier_full);
            }
            // Noticed by `is_gone` before the next turn.
            Err(TrySendError::Closed(_)) => {}
        }
    }

    pub(super) fn clear(&mut self, counters: &Counters) {
        if let Err(TrySendError::Full(_)) = self.frames.try_send(CarrierOut::Clear) {
            count(&counters.carrier_full);
        }
    }

    pub(super) fn close_second(&mut self) -> PortStats {
        let reading = Reading {
            codec: CodecImpairment::G711,
            concealed: self.fifo.concealed,
            jitter: self.network.jitter,
            wait: Duration::from_millis(self.fifo.depth_ms() as u64),
            dropped: (self.fifo.dropped + self.overrun.load(Relaxed)) / FRAME_BYTES as u64,
        };
        self.tally.round_trip = self.network.round_trip.or(self.tally.round_trip);
        self.tally.close(&reading);
        // Its packets are counted where they come in.
        self.tally.latest.loss_fraction = self.tally.latest.loss_fraction.max(self.network.loss);
        self.tally.latest
    }
}
