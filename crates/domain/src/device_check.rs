//! The check of sound and network before a shift: what was measured, and what it means for calls. Pure.

use serde::{Deserialize, Serialize};

/// Levels in dB relative to full scale. A part that is `None` could not be measured.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CheckFigures {
    pub microphone: Option<MicrophoneFigures>,
    pub speaker: Option<SpeakerFigures>,
    pub echo: Option<EchoFigures>,
    pub network: Option<NetworkFigures>,
    pub audio_loop: Option<LoopFigures>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct MicrophoneFigures {
    /// Loudest tenth of the time in which the person was asked to speak.
    pub speech_dbfs: f32,
    /// Quietest tenth of it: the room.
    pub room_dbfs: f32,
    /// Share of the tenths of a second with samples at the end of the range, in percent.
    pub clipped_percent: f32,
    /// The system says that the app may not use it.
    pub denied: bool,
    /// There is none, or it is away.
    pub missing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SpeakerFigures {
    pub missing: bool,
    /// Times that the speaker had nothing to play although it was due.
    pub gaps: u32,
}

/// While the agent's own words were played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct EchoFigures {
    pub played_dbfs: f32,
    /// At the microphone, before the echo was taken out.
    pub heard_dbfs: f32,
    /// What a customer would have heard of it.
    pub left_dbfs: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct NetworkFigures {
    /// `None` while the server has not measured it yet.
    pub round_trip_ms: Option<f32>,
    /// Of packets to the server and back.
    pub loss_percent: f32,
    pub jitter_ms: f32,
}

/// The marker and the words that were sent to the server and came back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct LoopFigures {
    pub came_back: bool,
    /// How alike what came back is to what was sent, 0 to 1.
    pub likeness: f32,
    /// From the one to the other without the time that the server held it back.
    pub delay_ms: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CheckSubject {
    Microphone,
    Speaker,
    Echo,
    Network,
    AudioLoop,
}

/// From good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CheckVerdict {
    Good,
    /// Calls work, and customers will notice.
    Fair,
    /// Calls will not work.
    Bad,
}

impl CheckVerdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Bad => "bad",
        }
    }
}

/// What was found; screens have the words and the advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CheckFinding {
    Fine,
    NotMeasured,
    MicrophoneMissing,
    MicrophoneDenied,
    /// Nothing at all: muted at the device, or the wrong one.
    MicrophoneSilent,
    MicrophoneQuiet,
    /// Distorted: too loud.
    MicrophoneClips,
    RoomLoud,
    SpeakerMissing,
    SpeakerGaps,
    /// The microphone does not hear the speaker: a headset.
    NoEcho,
    /// There was echo and it is taken out.
    EchoRemoved,
    EchoLeft,
    NetworkAway,
    NetworkSlow,
    NetworkLoses,
    NetworkUneven,
    LoopSilent,
    LoopLate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CheckLine {
    pub subject: CheckSubject,
    pub verdict: CheckVerdict,
    pub finding: CheckFinding,
}

/// Below this a microphone brings nothing but its own noise.
const SILENT_DBFS: f32 = -58.0;
const QUIET_DBFS: f32 = -42.0;
const LOUD_ROOM_DBFS: f32 = -38.0;
const CLIPPED_PERCENT: f32 = 5.0;
/// Echo at the microphone that no customer could hear.
const NO_ECHO_DBFS: f32 = -60.0;
/// What may be left of an echo (ITU-T G.131 asks for 46 dB between a talker's voice and its echo on long paths).
const ECHO_LEFT_DBFS: f32 = -50.0;
/// One way 150 ms is what ITU-T G.114 takes for unnoticed; the way through the carrier needs half of it.
const SLOW_ROUND_TRIP_MS: f32 = 150.0;
const UNUSABLE_ROUND_TRIP_MS: f32 = 500.0;
const LOSS_PERCENT: f32 = 3.0;
const UNUSABLE_LOSS_PERCENT: f32 = 30.0;
const JITTER_MS: f32 = 40.0;
const LATE_LOOP_MS: f32 = 400.0;

/// One line for each subject, in the order in which a person puts them right.
pub fn judge(figures: &CheckFigures) -> [CheckLine; 5] {
    let line = |subject, (verdict, finding)| CheckLine { subject, verdict, finding };
    [
        line(CheckSubject::Microphone, microphone(figures.microphone)),
        line(CheckSubject::Speaker, speaker(figures.speaker)),
        line(CheckSubject::Echo, echo(figures.echo)),
        line(CheckSubject::Network, network(figures.network)),
        line(CheckSubject::AudioLoop, audio_loop(figures.audio_loop)),
    ]
}

/// The worst of the lines.
pub fn overall(lines: &[CheckLine]) -> CheckVerdict {
    lines.iter().map(|line| line.verdict).max().unwrap_or(CheckVerdict::Good)
}

type Judged = (CheckVerdict, CheckFinding);

const FINE: Judged = (CheckVerdict::Good, CheckFinding::Fine);

fn microphone(figures: Option<MicrophoneFigures>) -> Judged {
    let Some(figures) = figures else { return (CheckVerdict::Bad, CheckFinding::NotMeasured) };
    if figures.denied {
        (CheckVerdict::Bad, CheckFinding::MicrophoneDenied)
    } else if figures.missing {
        (CheckVerdict::Bad, CheckFinding::MicrophoneMissing)
    } else if figures.speech_dbfs < SILENT_DBFS {
        (CheckVerdict::Bad, CheckFinding::MicrophoneSilent)
    } else if figures.clipped_percent >= CLIPPED_PERCENT {
        (CheckVerdict::Fair, CheckFinding::MicrophoneClips)
    } else if figures.speech_dbfs < QUIET_DBFS {
        (CheckVerdict::Fair, CheckFinding::MicrophoneQuiet)
    } else if figures.room_dbfs > LOUD_ROOM_DBFS {
        (CheckVerdict::Fair, CheckFinding::RoomLoud)
    } else {
        FINE
    }
}

fn speaker(figures: Option<SpeakerFigures>) -> Judged {
    match figures {
        None => (CheckVerdict::Bad, CheckFinding::NotMeasured),
        Some(figures) if figures.missing => (CheckVerdict::Bad, CheckFinding::SpeakerMissing),
        // One at the start is how some systems begin.
        Some(figures) if figures.gaps > 2 => (CheckVerdict::Fair, CheckFinding::SpeakerGaps),
        Some(_) => FINE,
    }
}

fn echo(figures: Option<EchoFigures>) -> Judged {
    match figures {
        // Nothing was played, so nothing is known; calls work all the same.
        None => (CheckVerdict::Fair, CheckFinding::NotMeasured),
        Some(figures) if figures.heard_dbfs < NO_ECHO_DBFS => (CheckVerdict::Good, CheckFinding::NoEcho),
        Some(figures) if figures.left_dbfs < ECHO_LEFT_DBFS => (CheckVerdict::Good, CheckFinding::EchoRemoved),
        Some(_) => (CheckVerdict::Fair, CheckFinding::EchoLeft),
    }
}

fn network(figures: Option<NetworkFigures>) -> Judged {
    let Some(figures) = figures else { return (CheckVerdict::Bad, CheckFinding::NetworkAway) };
    let trip = figures.round_trip_ms.unwrap_or(0.0);
    if figures.loss_percent >= UNUSABLE_LOSS_PERCENT {
        (CheckVerdict::Bad, CheckFinding::NetworkLoses)
    } else if trip >= UNUSABLE_ROUND_TRIP_MS {
        (CheckVerdict::Bad, CheckFinding::NetworkSlow)
    } else if figures.loss_percent >= LOSS_PERCENT {
        (CheckVerdict::Fair, CheckFinding::NetworkLoses)
    } else if trip >= SLOW_ROUND_TRIP_MS {
        (CheckVerdict::Fair, CheckFinding::NetworkSlow)
    } else if figures.jitter_ms >= JITTER_MS {
        (CheckVerdict::Fair, CheckFinding::NetworkUneven)
    } else {
        FINE
    }
}

fn audio_loop(figures: Option<LoopFigures>) -> Judged {
    match figures {
        None => (CheckVerdict::Bad, CheckFinding::NotMeasured),
        Some(figures) if !figures.came_back => (CheckVerdict::Bad, CheckFinding::LoopSilent),
        Some(figures) if figures.delay_ms >= LATE_LOOP_MS => (CheckVerdict::Fair, CheckFinding::LoopLate),
        Some(_) => FINE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICROPHONE: MicrophoneFigures =
        MicrophoneFigures { speech_dbfs: -24.0, room_dbfs: -60.0, clipped_percent: 0.0, denied: false, missing: false };
    const NETWORK: NetworkFigures = NetworkFigures { round_trip_ms: Some(30.0), loss_percent: 0.0, jitter_ms: 3.0 };

    fn good() -> CheckFigures {
        CheckFigures {
            microphone: Some(MICROPHONE),
            speaker: Some(SpeakerFigures { missing: false, gaps: 0 }),
            echo: Some(EchoFigures { played_dbfs: -20.0, heard_dbfs: -35.0, left_dbfs: -70.0 }),
            network: Some(NETWORK),
            audio_loop: Some(LoopFigures { came_back: true, likeness: 0.8, delay_ms: 90.0 }),
        }
    }

    fn finding(figures: &CheckFigures, subject: CheckSubject) -> (CheckVerdict, CheckFinding) {
        let line = judge(figures).into_iter().find(|line| line.subject == subject).unwrap();
        (line.verdict, line.finding)
    }

    #[test]
    fn a_desk_where_all_works_is_good() {
        let lines = judge(&good());
        assert_eq!(overall(&lines), CheckVerdict::Good);
        assert_eq!(finding(&good(), CheckSubject::Echo).1, CheckFinding::EchoRemoved);
    }

    #[test]
    fn the_worst_line_is_the_verdict() {
        let mut figures = good();
        figures.network = Some(NetworkFigures { jitter_ms: 60.0, ..NETWORK });
        assert_eq!(overall(&judge(&figures)), CheckVerdict::Fair);
        figures.microphone = None;
        assert_eq!(overall(&judge(&figures)), CheckVerdict::Bad);
        assert_eq!(overall(&[]), CheckVerdict::Good);
    }

    #[test]
    fn each_trouble_of_a_microphone_has_its_own_words() {
        let cases = [
            (MicrophoneFigures { denied: true, ..MICROPHONE }, CheckFinding::MicrophoneDenied),
            (MicrophoneFigures { missing: true, ..MICROPHONE }, CheckFinding::MicrophoneMissing),
            (MicrophoneFigures { speech_dbfs: -80.0, ..MICROPHONE }, CheckFinding::MicrophoneSilent),
            (MicrophoneFigures { speech_dbfs: -50.0, ..MICROPHONE }, CheckFinding::MicrophoneQuiet),
            (MicrophoneFigures { clipped_percent: 20.0, ..MICROPHONE }, CheckFinding::MicrophoneClips),
            (MicrophoneFigures { room_dbfs: -30.0, ..MICROPHONE }, CheckFinding::RoomLoud),
        ];
        for (figures, expected) in cases {
            let figures = CheckFigures { microphone: Some(figures), ..good() };
            assert_eq!(finding(&figures, CheckSubject::Microphone).1, expected);
        }
    }

    #[test]
    fn a_network_is_away_slow_lossy_or_uneven() {
        let with = |network| CheckFigures { network, ..good() };
        let found = |network| finding(&with(network), CheckSubject::Network);
        assert_eq!(found(None), (CheckVerdict::Bad, CheckFinding::NetworkAway));
        let lossy = |loss_percent| Some(NetworkFigures { loss_percent, ..NETWORK });
        assert_eq!(found(lossy(5.0)), (CheckVerdict::Fair, CheckFinding::NetworkLoses));
        assert_eq!(found(lossy(50.0)), (CheckVerdict::Bad, CheckFinding::NetworkLoses));
        let slow = |trip| Some(NetworkFigures { round_trip_ms: Some(trip), ..NETWORK });
        assert_eq!(found(slow(200.0)), (CheckVerdict::Fair, CheckFinding::NetworkSlow));
        assert_eq!(found(slow(900.0)), (CheckVerdict::Bad, CheckFinding::NetworkSlow));
        let unknown = Some(NetworkFigures { round_trip_ms: None, ..NETWORK });
        assert_eq!(found(unknown), FINE);
    }

    #[test]
    fn sound_that_does_not_come_back_means_no_calls() {
        let with = |came_back, delay_ms| CheckFigures {
            audio_loop: Some(LoopFigures { came_back, likeness: 0.0, delay_ms }),
            ..good()
        };
        assert_eq!(finding(&with(false, 0.0), CheckSubject::AudioLoop), (CheckVerdict::Bad, CheckFinding::LoopSilent));
        assert_eq!(finding(&with(true, 900.0), CheckSubject::AudioLoop), (CheckVerdict::Fair, CheckFinding::LoopLate));
    }

    #[test]
    fn an_echo_that_nobody_takes_out_is_said() {
        let left = EchoFigures { played_dbfs: -20.0, heard_dbfs: -30.0, left_dbfs: -32.0 };
        let figures = CheckFigures { echo: Some(left), ..good() };
        assert_eq!(finding(&figures, CheckSubject::Echo), (CheckVerdict::Fair, CheckFinding::EchoLeft));
        let headset = EchoFigures { heard_dbfs: -75.0, ..left };
        let figures = CheckFigures { echo: Some(headset), ..good() };
        assert_eq!(finding(&figures, CheckSubject::Echo), (CheckVerdict::Good, CheckFinding::NoEcho));
    }
}
