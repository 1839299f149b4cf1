use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use domain::{
    device_check::{judge, overall},
    ids::MediaSessionId,
};
use serde_json::json;
use wire::{
    accounts::DeviceKind,
    device_check::{DeviceCheck, MediaLoop, SaveDeviceCheck},
};

use super::{
    CheckPhase, CheckProgress, CheckResult,
    marker::{find, marker},
    measure::{Measured, Reading, Way, figures},
};
use crate::{
    api::{ApiResponse, Method},
    phone::{CoreInput, Phone},
    sound::{RATE, SoundCommand, Tape},
    state::{MediaKind, PhoneEvent},
};

const TICK: Duration = Duration::from_millis(100);
/// The connection and the devices have this long to come up.
const PREPARE: Duration = Duration::from_millis(1_500);
const SPEAK: Duration = Duration::from_millis(3_800);
const LISTEN: Duration = Duration::from_millis(4_400);
/// The server holds sound back this long: the person has finished speaking before they hear themselves.
const LOOP_DELAY: Duration = SPEAK;
const WHOLE: Duration = Duration::from_millis(10_000);
/// Room for what is heard, with something to spare: nothing may be allocated on the sound thread.
const TAPE: usize = RATE as usize * 12;

/// Runs one check; the caller sees to it that there is one at a time.
async fn run(phone: Phone) {
    phone.tell(CoreInput::Checking(true));
    let check = Check { phone: phone.clone(), started: Instant::now() };
    let result = check.measure().await;
    phone.sound().tell(SoundCommand::Tape(None));
    phone.tell(CoreInput::Checking(false));
    match result {
        Some(measured) => check.finish(&measured).await,
        None => check.show(CheckPhase::Stopped, None),
    }
}

struct Check {
    phone: Phone,
    started: Instant,
}

impl Check {
    /// `None`: a call came in between.
    async fn measure(&self) -> Option<Measured> {
        let mut measured = Measured::default();
        self.show(CheckPhase::Preparing, None);
        while self.started.elapsed() < PREPARE {
            // Devices take a moment to say whether they work.
            let connected = self.phone.state().media == MediaKind::Connected;
            if connected && self.started.elapsed() > PREPARE / 3 {
                break;
            }
            tokio::time::sleep(TICK).await;
            self.go_on()?;
        }
        let session = self.phone.media_session_id();
        let looped = match session {
            Some(session) => self.start_loop(session).await,
            None => None,
        };
        self.phone.sound().tell(SoundCommand::Tape(Some(Box::new(Tape::new(marker(), TAPE)))));
        measured.speaking = self.watch(CheckPhase::Speaking, SPEAK).await?;
        self.phone.sound().tell(SoundCommand::HushTape);
        measured.listening = self.watch(CheckPhase::Listening, LISTEN).await?;
        let state = self.phone.state();
        (measured.microphone_problem, measured.speaker_problem) = (state.microphone_problem, state.speaker_problem);
        self.show(CheckPhase::Judging, None);
        if let (Some(session), true) = (session, looped.is_some()) {
            measured.way = self.way(session, looped).await;
        }
        let (reply, tape) = tokio::sync::oneshot::channel();
        self.phone.sound().tell(SoundCommand::TakeTape(reply));
        if let Ok(tape) = tape.await {
            measured.said_at = tape.said_at();
            // A second of arithmetic on a slow machine.
            let found = tokio::task::spawn_blocking(move || find(tape.heard())).await;
            measured.marker = found.ok().flatten();
        }
        Some(measured)
    }

    async fn watch(&self, phase: CheckPhase, span: Duration) -> Option<Vec<Reading>> {
        let (began, mut readings) = (Instant::now(), Vec::new());
        while began.elapsed() < span {
            self.show(phase, None);
            tokio::time::sleep(TICK).await;
            self.go_on()?;
            readings.push(self.read());
        }
        Some(readings)
    }

    fn read(&self) -> Reading {
        let figures = self.phone.figures();
        Reading {
            at: self.started.elapsed(),
            raw_dbfs: figures.raw_mic_dbfs,
            clean_dbfs: figures.clean_mic_dbfs,
            speaker_dbfs: figures.speaker_dbfs,
            clipped: figures.raw_mic_clipped,
            underruns: figures.underruns,
            packets_out: figures.packets_out,
            packets_in: figures.packets_in,
        }
    }

    /// A customer is more important.
    fn go_on(&self) -> Option<()> {
        let state = self.phone.state();
        (!state.in_call && !state.ringing).then_some(())
    }

    async fn start_loop(&self, session: MediaSessionId) -> Option<MediaLoop> {
        let delay = u64::try_from(LOOP_DELAY.as_millis()).unwrap_or(u64::MAX);
        let path = format!("/media/sessions/{session}/loop");
        let answer = self.phone.request(Method::PUT, &path, Some(json!({ "delay_ms": delay })), None).await;
        answer
            .and_then(ApiResponse::into::<MediaLoop>)
            .inspect_err(|error| tracing::warn!(%error, "the server does not send sound back"))
            .ok()
    }

    /// Asks once more how packets come in, and ends the loop.
    async fn way(&self, session: MediaSessionId, first: Option<MediaLoop>) -> Option<Way> {
        let path = format!("/media/sessions/{session}/loop");
        let asked = Instant::now();
        let answer = self.phone.request(Method::GET, &path, None, None).await;
        let request = asked.elapsed();
        let last = answer.and_then(ApiResponse::into::<MediaLoop>).ok();
        if let Err(error) = self.phone.request(Method::DELETE, &path, None, None).await {
            tracing::info!(%error, "the loop ends by itself");
        }
        let known = last.or(first)?;
        // A request is slower than a packet; better than nothing while the transport has not measured.
        let request_ms = last.map(|_| request.as_secs_f32() * 1_000.0);
        Some(Way {
            round_trip_ms: known.round_trip_ms.or(request_ms),
            jitter_ms: known.jitter_ms,
            target_ms: self.phone.figures().jitter_target_ms,
            delay: LOOP_DELAY,
        })
    }

    async fn finish(&self, measured: &Measured) {
        let figures = figures(measured);
        let lines = judge(&figures);
        let body = serde_json::to_value(SaveDeviceCheck { app: DeviceKind::Desktop, figures }).ok();
        let kept = self.phone.request(Method::POST, "/me/device-checks", body, None).await;
        let stored = kept
            .and_then(ApiResponse::into::<DeviceCheck>)
            .inspect_err(|error| tracing::warn!(%error, "the check could not be stored"))
            .is_ok();
        let result = CheckResult { verdict: overall(&lines), lines: lines.to_vec(), figures, stored };
        self.show(CheckPhase::Done, Some(result));
    }

    fn show(&self, phase: CheckPhase, result: Option<CheckResult>) {
        let share = self.started.elapsed().as_secs_f32() / WHOLE.as_secs_f32();
        let progress = if phase == CheckPhase::Done { 1.0 } else { share.min(0.99) };
        self.phone.emit(PhoneEvent::Check(Box::new(CheckProgress { phase, progress, result })));
    }
}

impl Phone {
    /// Starts the check of devices and network; [`PhoneEvent::Check`] says how far it is. False while one runs already.
    pub fn start_check(&self) -> bool {
        if self.checking().swap(true, Relaxed) {
            return false;
        }
        let (phone, done) = (self.clone(), Arc::clone(self.checking()));
        tokio::spawn(async move {
            run(phone).await;
            done.store(false, Relaxed);
        });
        true
    }
}
