//! From what was read off the sound engine ten times a second to the figures of a check. Pure.

use std::time::Duration;

use domain::device_check::{CheckFigures, EchoFigures, LoopFigures, MicrophoneFigures, NetworkFigures, SpeakerFigures};

use super::marker::Found;
use crate::{sound::RATE, state::DeviceProblem};

/// The speaker counts as playing from here on.
const PLAYING_DBFS: f32 = -45.0;
/// Fewer tenths of a second with sound from the speaker say nothing about echo.
const LEAST_PLAYED: usize = 3;
/// Packets that were under way at the end are not lost; a server that hands back in turns of 20 ms is not late.
const UNDER_WAY: Duration = Duration::from_millis(400);
const LEAST_PACKETS: u64 = 20;
const SERVER_TURN_MS: f32 = 20.0;

/// The engine at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub at: Duration,
    /// What the microphone brought, before it was cleaned.
    pub raw_dbfs: f32,
    /// After it.
    pub clean_dbfs: f32,
    pub speaker_dbfs: f32,
    pub clipped: u64,
    pub underruns: u64,
    pub packets_out: u64,
    pub packets_in: u64,
}

/// What the server and the way there say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    pub round_trip_ms: Option<f32>,
    pub jitter_ms: f32,
    /// How long packets wait here to be played evenly.
    pub target_ms: f32,
    /// How long the server holds sound back.
    pub delay: Duration,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Measured {
    /// While the person was asked to speak, and while they were played to themselves.
    pub speaking: Vec<Reading>,
    pub listening: Vec<Reading>,
    pub microphone_problem: Option<DeviceProblem>,
    pub speaker_problem: Option<DeviceProblem>,
    /// `None`: the server could not be reached, or has no connection for sound.
    pub way: Option<Way>,
    /// Where the marker was heard, and after how many samples it had been said.
    pub marker: Option<Found>,
    pub said_at: Option<usize>,
}

pub(super) fn figures(measured: &Measured) -> CheckFigures {
    CheckFigures {
        microphone: microphone(measured),
        speaker: speaker(measured),
        echo: echo(&measured.listening),
        network: measured.way.map(|way| network(measured, way)),
        audio_loop: measured.way.map(|way| audio_loop(measured, way)),
    }
}

fn microphone(measured: &Measured) -> Option<MicrophoneFigures> {
    let levels: Vec<f32> = measured.speaking.iter().map(|reading| reading.raw_dbfs).collect();
    let rises = measured.speaking.windows(2).filter(|pair| pair[1].clipped > pair[0].clipped).count();
    Some(MicrophoneFigures {
        speech_dbfs: part(&levels, 0.9)?,
        room_dbfs: part(&levels, 0.1)?,
        clipped_percent: rises as f32 * 100.0 / levels.len() as f32,
        denied: measured.microphone_problem == Some(DeviceProblem::Denied),
        missing: matches!(measured.microphone_problem, Some(DeviceProblem::None | DeviceProblem::Gone)),
    })
}

fn speaker(measured: &Measured) -> Option<SpeakerFigures> {
    let (first, last) = (measured.listening.first()?, measured.listening.last()?);
    let gaps = u32::try_from(last.underruns.saturating_sub(first.underruns)).unwrap_or(u32::MAX);
    Some(SpeakerFigures { missing: measured.speaker_problem.is_some(), gaps })
}

/// The quieter moments count: words that the person says meanwhile are no echo.
fn echo(listening: &[Reading]) -> Option<EchoFigures> {
    let playing: Vec<&Reading> = listening.iter().filter(|reading| reading.speaker_dbfs > PLAYING_DBFS).collect();
    if playing.len() < LEAST_PLAYED {
        return None;
    }
    let quarter = |level: fn(&Reading) -> f32| part(&playing.iter().map(|each| level(each)).collect::<Vec<_>>(), 0.25);
    Some(EchoFigures {
        played_dbfs: quarter(|each| each.speaker_dbfs)?,
        heard_dbfs: quarter(|each| each.raw_dbfs)?,
        left_dbfs: quarter(|each| each.clean_dbfs)?,
    })
}

fn network(measured: &Measured, way: Way) -> NetworkFigures {
    let jitter_ms = way.jitter_ms.max(way.target_ms - SERVER_TURN_MS).max(0.0);
    NetworkFigures { round_trip_ms: way.round_trip_ms, loss_percent: loss(measured, way.delay), jitter_ms }
}

/// Of the packets that should have come back by now.
fn loss(measured: &Measured, delay: Duration) -> f32 {
    let all: Vec<&Reading> = measured.speaking.iter().chain(&measured.listening).collect();
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return 0.0 };
    let due = last.at.saturating_sub(delay + UNDER_WAY);
    let Some(then) = all.iter().rev().find(|reading| reading.at <= due) else { return 0.0 };
    let sent = then.packets_out.saturating_sub(first.packets_out);
    if sent < LEAST_PACKETS {
        return 0.0;
    }
    let back = last.packets_in.saturating_sub(first.packets_in).min(sent);
    (sent - back) as f32 * 100.0 / sent as f32
}

fn audio_loop(measured: &Measured, way: Way) -> LoopFigures {
    let (Some(found), Some(said_at)) = (measured.marker, measured.said_at) else {
        return LoopFigures { came_back: false, likeness: 0.0, delay_ms: 0.0 };
    };
    let after = found.sample.saturating_sub(said_at) as f32 * 1_000.0 / RATE as f32;
    let delay_ms = (after - way.delay.as_secs_f32() * 1_000.0).max(0.0);
    LoopFigures { came_back: true, likeness: found.likeness, delay_ms }
}

/// The value below which this share of all lie.
fn part(values: &[f32], share: f32) -> Option<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = ((sorted.len().saturating_sub(1)) as f32 * share).round() as usize;
    sorted.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Reading = Reading {
        at: Duration::ZERO,
        raw_dbfs: -60.0,
        clean_dbfs: -75.0,
        speaker_dbfs: -96.0,
        clipped: 0,
        underruns: 0,
        packets_out: 0,
        packets_in: 0,
    };
    const WAY: Way = Way { round_trip_ms: Some(20.0), jitter_ms: 2.0, target_ms: 20.0, delay: Duration::from_secs(4) };

    /// Four seconds of each; 50 packets a second, `lost` of a hundred of which do not come back.
    fn measured(lost: u64) -> Measured {
        let reading = |n: u64, speaking: bool| Reading {
            at: Duration::from_millis(n * 100),
            raw_dbfs: if speaking && n.is_multiple_of(3) { -25.0 } else { -60.0 },
            speaker_dbfs: if speaking { -96.0 } else { -30.0 },
            packets_out: n * 5,
            packets_in: (n.saturating_sub(42) * 5) * (100 - lost) / 100,
            ..QUIET
        };
        Measured {
            speaking: (0..40).map(|n| reading(n, true)).collect(),
            listening: (40..84).map(|n| reading(n, false)).collect(),
            way: Some(WAY),
            marker: Some(Found { sample: 4 * 16_000 + 1_600, likeness: 0.7 }),
            said_at: Some(160),
            ..Measured::default()
        }
    }

    #[test]
    fn speech_and_room_are_told_apart() {
        let figures = figures(&measured(0)).microphone.unwrap();
        assert_eq!((figures.speech_dbfs, figures.room_dbfs), (-25.0, -60.0));
    }

    #[test]
    fn packets_under_way_are_not_lost_and_lost_ones_are() {
        assert!(figures(&measured(0)).network.unwrap().loss_percent < 1.0);
        let lossy = figures(&measured(20)).network.unwrap().loss_percent;
        assert!((15.0..25.0).contains(&lossy), "{lossy}");
    }

    #[test]
    fn the_loop_is_measured_without_the_time_that_the_server_waits() {
        let looped = figures(&measured(0)).audio_loop.unwrap();
        assert!(looped.came_back && (looped.delay_ms - 90.0).abs() < 1.0, "{looped:?}");
        let silent = Measured { marker: None, ..measured(0) };
        assert!(!figures(&silent).audio_loop.unwrap().came_back);
    }

    #[test]
    fn without_a_server_network_and_loop_are_unknown_and_the_rest_is_not() {
        let alone = figures(&Measured { way: None, ..measured(0) });
        assert_eq!((alone.network, alone.audio_loop), (None, None));
        assert!(alone.microphone.is_some() && alone.speaker.is_some());
    }

    #[test]
    fn echo_needs_something_that_was_played() {
        assert!(figures(&measured(0)).echo.is_some());
        let mut silent = measured(0);
        silent.listening.iter_mut().for_each(|reading| reading.speaker_dbfs = -80.0);
        assert_eq!(figures(&silent).echo, None);
    }

    #[test]
    fn a_distorted_and_a_denied_microphone_are_said_so() {
        let mut loud = measured(0);
        (0..).zip(&mut loud.speaking).for_each(|(n, reading)| reading.clipped = n);
        loud.microphone_problem = Some(DeviceProblem::Denied);
        let figures = figures(&loud).microphone.unwrap();
        assert!(figures.clipped_percent > 90.0 && figures.denied && !figures.missing);
    }
}
