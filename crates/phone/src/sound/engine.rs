use std::{
    sync::{
        Arc,
        atomic::Ordering::Relaxed,
        mpsc::{self, Receiver, SyncSender, TryRecvError},
    },
    thread::Thread,
    time::{Duration, Instant},
};

use media::{codec::CodecError, dtmf::Digit, frame, protection::LossReport};
use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::sync::{mpsc as async_mpsc, oneshot};

use super::{
    Agreement, BLOCK, BLOCK_SPAN, CaptureEnd, DEVICE_RATE, Gauges, Microphone, PlaybackEnd, RATE, RtpIn, RtpOut,
    Speaker, StreamHealth, Tape, VirtualAudio,
    ends::{MicrophoneEnd, SpeakerEnd},
    processing::Processor,
    receive::ReceivePath,
    send::SendPath,
};
use crate::state::Processing;

/// Commands that wait, packets among them: five seconds of these. The room is made once, so that none of them allocates.
const INBOX: usize = 512;
/// Of the thread, of 99, where the system allows it.
const PRIORITY: u8 = 80;
const IDLE_TICK: Duration = Duration::from_millis(200);
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// 10 ms at a device.
const DEVICE_BLOCK: usize = frame::samples(DEVICE_RATE, BLOCK_SPAN);
/// Decoded at once for a device: small, so that a packet is taken from the jitter buffer as late as possible.
const SLICE: usize = BLOCK / 2;
/// A microphone that brings nothing for this long has stalled; what it missed is a pause to the far end.
const STALLED: Duration = Duration::from_millis(60);
/// A microphone's backlog beyond this (after a stall) is dropped rather than sent late.
const LARGEST_BACKLOG: Duration = Duration::from_millis(80);

#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error("the Opus codec is not available: {0}")]
    Codec(#[from] CodecError),
    #[error("no thread could be started for sound: {0}")]
    Thread(#[from] std::io::Error),
}

pub(crate) enum SoundCommand {
    /// `None`: no device; silence is sent in its place.
    Capture(Option<CaptureEnd>),
    Playback(Option<PlaybackEnd>),
    /// Where packets go; `None` while there is no connection. Plain packets, until something else is agreed on.
    Outlet(Option<async_mpsc::Sender<RtpOut>>),
    /// What the far end of the outlet takes besides plain packets.
    Agreed(Agreement),
    /// What the far end says about what it was sent.
    Loss(LossReport),
    /// Bits per second that one frame after the other should stay below for the next seconds.
    Ceiling(i32),
    Packet(RtpIn),
    Digits(Vec<Digit>),
    Processing(Processing),
    /// Whether a call needs sound.
    Active(bool),
    /// Keeps what is heard, for a check.
    Tape(Option<Box<Tape>>),
    /// Sends silence until the tape is taken out.
    HushTape,
    /// Gives the tape back.
    TakeTape(oneshot::Sender<Box<Tape>>),
}

/// The thread and what may be asked of it. Dropping the last clone of the sender ends it.
#[derive(Debug, Clone)]
pub struct SoundEngine {
    commands: SyncSender<SoundCommand>,
    thread: Thread,
    gauges: Arc<Gauges>,
    frame: Duration,
}

impl SoundEngine {
    /// Starts the thread. `virtual_audio` takes the place of devices for good. `frame`: the shortest packets to send, 10 or
    /// 20 ms.
    ///
    /// # Errors
    /// [`SoundError`].
    pub fn start(
        virtual_audio: Option<VirtualAudio>,
        frame: Duration,
        processing: Processing,
    ) -> Result<Self, SoundError> {
        let (commands, inbox) = mpsc::sync_channel(INBOX);
        let gauges = Arc::new(Gauges::default());
        let send = SendPath::new(frame, rand::random(), rand::random(), Arc::clone(&gauges))?;
        let is_virtual = virtual_audio.is_some();
        let ends = virtual_audio.unwrap_or_else(VirtualAudio::silent);
        let worker = Worker {
            inbox,
            gauges: Arc::clone(&gauges),
            origin: Instant::now(),
            active: false,
            microphone: MicrophoneEnd::paced(frame, Duration::ZERO),
            speaker: SpeakerEnd::paced(frame, Duration::ZERO),
            said: ends.microphone,
            heard: ends.speaker,
            frame,
            send,
            receive: ReceivePath::new()?,
            processor: Processor::new(if is_virtual { Processing::NONE } else { processing }),
            is_virtual,
            captured: Vec::with_capacity(RATE as usize / 10),
            listened: Duration::ZERO,
            reference: Vec::with_capacity(2 * BLOCK),
            tape: None,
            reported: Duration::ZERO,
        };
        // A virtual device waits for nobody.
        let priority = if is_virtual { None } else { PRIORITY.try_into().ok() };
        let thread = std::thread::Builder::new().name("sound".to_owned()).spawn(move || {
            let raised = priority.map(|value| set_current_thread_priority(ThreadPriority::Crossplatform(value)));
            if let Some(Err(error)) = raised {
                tracing::debug!(?error, "the sound has no priority over other work here");
            }
            worker.run();
        })?;
        Ok(Self { commands, thread: thread.thread().clone(), gauges, frame })
    }

    /// The shortest packets that are sent, and asked for.
    pub const fn frame(&self) -> Duration {
        self.frame
    }

    pub const fn gauges(&self) -> &Arc<Gauges> {
        &self.gauges
    }

    /// Of a stream whose ring is for this engine.
    pub(crate) fn health(&self) -> Arc<StreamHealth> {
        Arc::new(StreamHealth::waking(self.thread.clone()))
    }

    pub(crate) fn tell(&self, command: SoundCommand) {
        // A packet carries its time of arrival with it, and the device that it is for wakes the thread.
        let can_wait = matches!(command, SoundCommand::Packet(_));
        if let Err(error) = self.commands.try_send(command) {
            tracing::error!(%error, "the sound thread does not listen");
        }
        if !can_wait {
            self.thread.unpark();
        }
    }
}

struct Worker {
    inbox: Receiver<SoundCommand>,
    gauges: Arc<Gauges>,
    origin: Instant,
    active: bool,
    microphone: MicrophoneEnd,
    speaker: SpeakerEnd,
    said: Box<dyn Microphone>,
    heard: Box<dyn Speaker>,
    frame: Duration,
    send: SendPath,
    receive: ReceivePath,
    processor: Processor,
    is_virtual: bool,
    captured: Vec<f32>,
    /// When the microphone brought something last.
    listened: Duration,
    /// What was played and not yet shown to the echo canceller.
    reference: Vec<f32>,
    tape: Option<Box<Tape>>,
    reported: Duration,
}

impl Worker {
    fn run(mut self) {
        loop {
            std::thread::park_timeout(self.pause());
            loop {
                match self.inbox.try_recv() {
                    Ok(command) => self.obey(command),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            self.gauges.ticks.fetch_add(1, Relaxed);
            if self.active {
                self.play();
                self.listen();
            }
            let now = self.origin.elapsed();
            if now >= self.reported + REPORT_EVERY {
                self.reported = now;
                self.send.report();
                self.receive.report(&self.gauges);
                self.processor.report(&self.gauges);
                self.report_delays();
            }
        }
    }

    fn pause(&self) -> Duration {
        if !self.active {
            return IDLE_TICK;
        }
        let next = self.microphone.next().into_iter().chain(self.speaker.next()).min();
        next.map_or(REPORT_EVERY, |next| next.saturating_sub(self.origin.elapsed()).min(REPORT_EVERY))
    }

    fn obey(&mut self, command: SoundCommand) {
        match command {
            SoundCommand::Packet(packet) => {
                let at = packet.arrived.saturating_duration_since(self.origin);
                self.receive.push(packet, at, &self.gauges);
            }
            SoundCommand::Capture(end) => {
                self.captured.clear();
                self.processor.rebuild();
                let now = self.origin.elapsed();
                self.microphone = match end {
                    Some(end) => MicrophoneEnd::device(end),
                    None => MicrophoneEnd::paced(self.frame, now),
                };
            }
            SoundCommand::Playback(end) => {
                self.reference.clear();
                self.processor.rebuild();
                let now = self.origin.elapsed();
                self.speaker = match end {
                    Some(end) => SpeakerEnd::device(end, now),
                    None => SpeakerEnd::paced(self.frame, now),
                };
            }
            SoundCommand::Outlet(outlet) => {
                self.send.connect(outlet);
                self.receive.restart();
            }
            SoundCommand::Agreed(agreement) => self.send.agree(agreement),
            SoundCommand::Loss(report) => self.send.far_end_reports(report, self.origin.elapsed()),
            SoundCommand::Ceiling(bitrate) => self.send.stay_below(bitrate, self.origin.elapsed()),
            SoundCommand::Digits(digits) => self.send.press(digits),
            SoundCommand::Processing(wanted) => {
                if !self.is_virtual {
                    self.processor.set(wanted);
                }
            }
            SoundCommand::Tape(tape) => self.tape = tape,
            SoundCommand::HushTape => self.tape.iter_mut().for_each(|tape| tape.hush()),
            SoundCommand::TakeTape(reply) => {
                if let Some(tape) = self.tape.take() {
                    // Whoever asked may have given up.
                    let _ = reply.send(tape);
                }
            }
            SoundCommand::Active(active) => {
                if self.active != active {
                    self.active = active;
                    self.captured.clear();
                    self.receive.restart();
                }
            }
        }
    }

    /// Everything that has to be in the speaker's ring by now.
    fn play(&mut self) {
        let now = self.origin.elapsed();
        match &mut self.speaker {
            SpeakerEnd::Paced { pacer, resampler, samples } => {
                let mut pcm = [0_i16; 2 * BLOCK];
                let pcm = &mut pcm[..frame::samples(RATE, self.frame).min(2 * BLOCK)];
                // At the times at which it would have been played: this thread's lateness is not the sound's.
                while let Some(due) = pacer.due(now) {
                    self.receive.fill(due, pcm);
                    self.tape.iter_mut().for_each(|tape| tape.hear(pcm));
                    samples.clear();
                    let (mut wide, mut out) = ([0.0; 2 * BLOCK], [0_i16; 2 * DEVICE_BLOCK]);
                    wide.iter_mut().zip(&*pcm).for_each(|(wide, sample)| *wide = f32::from(*sample) / 32_768.0);
                    resampler.process(&wide[..pcm.len()], samples);
                    out.iter_mut().zip(&*samples).for_each(|(out, sample)| *out = (sample * 32_768.0) as i16);
                    self.heard.write(&out[..samples.len().min(2 * DEVICE_BLOCK)]);
                }
            }
            SpeakerEnd::Device { end, resampler, samples, margin } => {
                let underruns = end.health.underruns.load(Relaxed);
                margin.update(underruns, now);
                self.gauges.underruns.store(underruns, Relaxed);
                let period = end.health.period.load(Relaxed) as usize;
                let enough = period + frame::samples(end.rate, margin.span);
                resampler.correct(self.receive.correction());
                while end.waiting() < enough && end.ring.slots() > DEVICE_BLOCK {
                    let mut pcm = [0_i16; SLICE];
                    self.receive.fill(now, &mut pcm);
                    self.tape.iter_mut().for_each(|tape| tape.hear(&pcm));
                    let slice: [f32; SLICE] = std::array::from_fn(|i| f32::from(pcm[i]) / 32_768.0);
                    self.reference.extend_from_slice(&slice);
                    samples.clear();
                    resampler.process(&slice, samples);
                    let (_, left_over) = end.ring.push_partial_slice(samples);
                    end.health.missed.fetch_add(left_over.len() as u64, Relaxed);
                }
                while let Some(block) = self.reference.first_chunk::<BLOCK>() {
                    self.processor.render(block);
                    self.reference.drain(..BLOCK);
                }
                let waiting = frame::span(end.rate, end.waiting() as u64);
                self.gauges.speaker_buffer_us.store(u64::try_from(waiting.as_micros()).unwrap_or(0), Relaxed);
            }
        }
    }

    /// Everything that the microphone has brought.
    fn listen(&mut self) {
        let now = self.origin.elapsed();
        match &mut self.microphone {
            MicrophoneEnd::Paced { pacer, resampler } => {
                let (mut pcm, mut raw) = ([0_i16; 2 * DEVICE_BLOCK], [0.0; 2 * DEVICE_BLOCK]);
                let count = frame::samples(DEVICE_RATE, self.frame).min(2 * DEVICE_BLOCK);
                while pacer.due(now).is_some() {
                    self.said.read(&mut pcm[..count]);
                    raw.iter_mut().zip(&pcm).for_each(|(raw, sample)| *raw = f32::from(*sample) / 32_768.0);
                    resampler.process(&raw[..count], &mut self.captured);
                }
            }
            MicrophoneEnd::Device { end, resampler, raw } => {
                let backlog = frame::samples(end.rate, LARGEST_BACKLOG);
                let (waiting, mut skip) = (end.ring.slots(), 0);
                if waiting > backlog {
                    skip = waiting - backlog / 4;
                    end.health.missed.fetch_add(skip as u64, Relaxed);
                }
                raw.clear();
                if let Ok(chunk) = end.ring.read_chunk(waiting) {
                    let (first, second) = chunk.as_slices();
                    raw.extend(first.iter().chain(second).skip(skip));
                    chunk.commit_all();
                }
                match resampler {
                    Some(resampler) => resampler.process(raw, &mut self.captured),
                    None => self.captured.extend_from_slice(raw),
                }
            }
        }
        self.account(now);
        let delay = self.echo_delay();
        while let Some(block) = self.captured.first_chunk::<BLOCK>() {
            let mut block = *block;
            self.captured.drain(..BLOCK);
            self.processor.capture(&mut block, delay);
            self.tape.iter_mut().for_each(|tape| tape.say(&mut block));
            self.send.block(&block, now);
        }
    }

    /// Keeps the stream's clock with real time over stalls, dropped backlogs and times without a call.
    fn account(&mut self, now: Duration) {
        if self.captured.len() < BLOCK {
            return;
        }
        let brought = frame::span(RATE, self.captured.len() as u64);
        let missed = now.saturating_sub(self.listened).saturating_sub(brought);
        self.listened = now;
        if missed > STALLED {
            self.send.skip(missed);
        }
    }

    /// What the devices add: a period of the microphone's, and what waits for the speaker with a period of its own.
    fn report_delays(&self) {
        let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(0);
        let capture = match &self.microphone {
            MicrophoneEnd::Device { end, .. } => frame::span(end.rate, end.health.period.load(Relaxed)),
            MicrophoneEnd::Paced { .. } => Duration::ZERO,
        };
        let playback = match &self.speaker {
            SpeakerEnd::Device { end, .. } => {
                frame::span(end.rate, end.waiting() as u64 + end.health.period.load(Relaxed))
            }
            SpeakerEnd::Paced { .. } => Duration::ZERO,
        };
        self.gauges.capture_us.store(micros(capture), Relaxed);
        self.gauges.playback_us.store(micros(playback), Relaxed);
        let removed = self.processor.echo_removed_db().filter(|db| *db >= 0.0);
        self.gauges.echo_removed_cb.store(removed.map_or(u64::MAX, |db| (db * 100.0) as u64), Relaxed);
    }

    /// From a sample's turn as the echo canceller's reference to its echo: what waits for the speaker, and what the two
    /// devices say they add, or their periods where they do not say.
    fn echo_delay(&self) -> Duration {
        let (MicrophoneEnd::Device { end: microphone, .. }, SpeakerEnd::Device { end: speaker, .. }) =
            (&self.microphone, &self.speaker)
        else {
            return BLOCK_SPAN;
        };
        let waiting = frame::span(speaker.rate, speaker.waiting() as u64);
        let out = speaker.health.delay();
        let out = out.unwrap_or_else(|| frame::span(speaker.rate, 2 * speaker.health.period.load(Relaxed)));
        let back = microphone.health.delay();
        let back = back.unwrap_or_else(|| frame::span(microphone.rate, microphone.health.period.load(Relaxed)));
        waiting + out + back
    }
}

#[cfg(test)]
mod tests;
