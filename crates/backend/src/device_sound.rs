//! What devices say of their own sound: the last report of each, for the call that it is in.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{
    ids::MediaSessionId,
    sound::{DeviceReport, Flow},
    time::UnixMillis,
};
use wire::sound::DeviceSound;

use crate::{Actor, Backend, clock};

/// A device reports once a second; what comes faster is not looked at.
const LEAST_APART_MS: i64 = 500;
/// An older report says nothing about now.
const GOOD_FOR_MS: i64 = 3_000;

/// A report that passed the checks, as it came and as the decisions take it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reported {
    pub report: DeviceReport,
    pub sound: DeviceSound,
}

#[derive(Default)]
pub(crate) struct DeviceReports(Mutex<HashMap<MediaSessionId, (UnixMillis, Reported)>>);

fn report(sound: &DeviceSound) -> Option<DeviceReport> {
    DeviceReport {
        down: Flow {
            packets: sound.packets,
            loss: sound.loss,
            concealed: sound.concealed,
            jitter_ms: sound.jitter_ms,
            buffer_ms: sound.buffer_ms,
            level_dbfs: Some(sound.speaker_dbfs),
            clipped: 0.0,
        },
        mic_dbfs: sound.mic_dbfs,
        mic_clipped: sound.mic_clipped,
        muted: sound.muted,
        capture_ms: sound.capture_ms,
        playback_ms: sound.playback_ms,
        gaps: sound.gaps,
    }
    .checked()
}

/// The report with the figures that passed the checks.
fn shown(report: &DeviceReport, echo_removed_db: Option<f32>) -> DeviceSound {
    DeviceSound {
        packets: report.down.packets,
        loss: report.down.loss,
        concealed: report.down.concealed,
        jitter_ms: report.down.jitter_ms,
        buffer_ms: report.down.buffer_ms,
        speaker_dbfs: report.down.level_dbfs.unwrap_or(-96.0),
        mic_dbfs: report.mic_dbfs,
        mic_clipped: report.mic_clipped,
        muted: report.muted,
        capture_ms: report.capture_ms,
        playback_ms: report.playback_ms,
        gaps: report.gaps,
        echo_removed_db: echo_removed_db.filter(|db| db.is_finite()).map(|db| db.clamp(0.0, 100.0)),
    }
}

impl DeviceReports {
    /// False when it is no report, or comes too soon after the last.
    fn take(&self, session: MediaSessionId, sound: &DeviceSound, now: UnixMillis) -> bool {
        let Some(report) = report(sound) else { return false };
        let mut table = self.table();
        if table.get(&session).is_some_and(|(at, _)| now.0 - at.0 < LEAST_APART_MS) {
            return false;
        }
        table.insert(session, (now, Reported { report, sound: shown(&report, sound.echo_removed_db) }));
        true
    }

    /// What the device said within the last three seconds.
    pub fn latest(&self, session: MediaSessionId, now: UnixMillis) -> Option<Reported> {
        let (at, reported) = *self.table().get(&session)?;
        (now.0 - at.0 <= GOOD_FOR_MS).then_some(reported)
    }

    pub fn forget(&self, session: MediaSessionId) {
        self.table().remove(&session);
    }

    fn table(&self) -> MutexGuard<'_, HashMap<MediaSessionId, (UnixMillis, Reported)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend {
    /// Takes what a device says of its sound. What names no device of the reader is dropped.
    pub fn device_said(&self, actor: &Actor, session: MediaSessionId, sound: &DeviceSound) {
        let theirs =
            self.devices().get(session).is_some_and(|one| one.tenant == actor.tenant && one.user == actor.user);
        if !(theirs && self.device_reports().take(session, sound, clock::now())) {
            tracing::debug!(%session, "a report of a device's sound was dropped");
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SESSION: MediaSessionId = MediaSessionId::new(Uuid::from_u128(1));

    fn sound() -> DeviceSound {
        DeviceSound {
            packets: 50,
            loss: 0.01,
            concealed: 0.0,
            jitter_ms: 4.0,
            buffer_ms: 30.0,
            speaker_dbfs: -30.0,
            mic_dbfs: -25.0,
            mic_clipped: 0.0,
            muted: false,
            capture_ms: 10.0,
            playback_ms: 12.0,
            gaps: 0,
            echo_removed_db: Some(28.0),
        }
    }

    #[test]
    fn a_report_is_good_for_three_seconds_and_one_comes_a_second() {
        let reports = DeviceReports::default();
        assert!(reports.take(SESSION, &sound(), UnixMillis(1_000)));
        assert!(!reports.take(SESSION, &sound(), UnixMillis(1_400)));
        assert!(reports.take(SESSION, &sound(), UnixMillis(1_950)));
        assert!(reports.latest(SESSION, UnixMillis(4_900)).is_some());
        assert!(reports.latest(SESSION, UnixMillis(5_000)).is_none());
        reports.forget(SESSION);
        assert!(reports.latest(SESSION, UnixMillis(1_951)).is_none());
    }

    #[test]
    fn nonsense_is_dropped_and_what_is_too_much_is_brought_inside() {
        let reports = DeviceReports::default();
        let nonsense = DeviceSound { jitter_ms: f32::INFINITY, ..sound() };
        assert!(!reports.take(SESSION, &nonsense, UnixMillis(0)));
        let wild = DeviceSound { loss: 9.0, echo_removed_db: Some(f32::INFINITY), ..sound() };
        assert!(reports.take(SESSION, &wild, UnixMillis(0)));
        let kept = reports.latest(SESSION, UnixMillis(0)).unwrap().sound;
        assert_eq!((kept.loss, kept.echo_removed_db), (1.0, None));
    }
}
