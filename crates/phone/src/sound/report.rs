//! What the server is told of this device's sound, once a second.

use wire::sound::DeviceSound;

use super::SoundFigures;

/// Looks at the gauges ten times a second and sums up.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecondOfGauges {
    /// Where the last second ended.
    before: Option<SoundFigures>,
    looks: u16,
    mic_energy: f32,
    speaker_energy: f32,
    clipped: f32,
}

/// A share of a second is one of at least this many packets, so that one in a pause does not count as a bad second.
const PACKETS: f32 = 50.0;

fn energy(dbfs: f32) -> f32 {
    10_f32.powf(dbfs / 10.0)
}

fn dbfs(energy: f32) -> f32 {
    (10.0 * energy.max(1e-12).log10()).max(media::level::FLOOR_DBFS)
}

impl SecondOfGauges {
    /// Forgets what was, as between two calls.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// One look at the gauges.
    pub(crate) fn look(&mut self, now: &SoundFigures) {
        self.before.get_or_insert(*now);
        self.looks += 1;
        self.mic_energy += energy(now.mic_dbfs);
        self.speaker_energy += energy(now.speaker_dbfs);
        self.clipped += now.mic_clipped;
    }

    /// The report of the looks since the last one; `None` without any.
    pub(crate) fn close(&mut self, now: &SoundFigures) -> Option<DeviceSound> {
        let looks = std::mem::take(self);
        self.before = Some(*now);
        let (before, count) = (looks.before?, f32::from(looks.looks));
        if looks.looks == 0 {
            return None;
        }
        let since = |now: u64, before: u64| now.saturating_sub(before) as f32;
        let packets = since(now.packets_in, before.packets_in);
        let expected = since(now.packets_expected, before.packets_expected);
        let made_up = since(now.concealed, before.concealed);
        Some(DeviceSound {
            packets: packets as u32,
            loss: if expected > 0.0 { ((expected - packets) / expected.max(PACKETS)).clamp(0.0, 1.0) } else { 0.0 },
            concealed: made_up / (made_up + packets).max(PACKETS),
            jitter_ms: now.jitter_ms,
            buffer_ms: now.jitter_buffer_ms,
            speaker_dbfs: dbfs(looks.speaker_energy / count),
            mic_dbfs: dbfs(looks.mic_energy / count),
            mic_clipped: looks.clipped / count,
            muted: now.muted,
            capture_ms: now.capture_ms,
            playback_ms: now.playback_ms,
            gaps: now.underruns.saturating_sub(before.underruns) as u32,
            echo_removed_db: now.echo_removed_db,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::Gauges;

    fn figures() -> SoundFigures {
        SoundFigures { mic_dbfs: -30.0, speaker_dbfs: -40.0, ..Gauges::default().figures() }
    }

    #[test]
    fn a_report_is_about_its_own_second() {
        let mut second = SecondOfGauges::default();
        let start =
            SoundFigures { packets_in: 1_000, packets_expected: 1_100, concealed: 40, underruns: 7, ..figures() };
        (0..10).for_each(|_| second.look(&start));
        let end = SoundFigures { packets_in: 1_045, packets_expected: 1_150, concealed: 42, underruns: 9, ..start };
        let first = second.close(&end).unwrap();
        assert_eq!((first.packets, first.gaps), (45, 2));
        assert!((first.loss - 0.1).abs() < 1e-6 && (first.concealed - 0.04).abs() < 1e-6, "{first:?}");
        assert!((first.mic_dbfs + 30.0).abs() < 0.01 && (first.speaker_dbfs + 40.0).abs() < 0.01, "{first:?}");
        second.look(&end);
        let next = second.close(&end).unwrap();
        assert_eq!((next.packets, next.gaps, next.loss, next.concealed), (0, 0, 0.0, 0.0));
    }

    #[test]
    fn without_a_look_there_is_no_report_and_clipping_is_a_mean() {
        let mut second = SecondOfGauges::default();
        assert_eq!(second.close(&figures()), None);
        for clipped in [0.0, 0.02] {
            second.look(&SoundFigures { mic_clipped: clipped, ..figures() });
        }
        assert!((second.close(&figures()).unwrap().mic_clipped - 0.01).abs() < 1e-6);
    }
}
