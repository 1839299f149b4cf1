//! What the far end reports about what it was sent, once a second.

use std::{
    sync::Weak,
    time::{Duration, Instant},
};

use media::protection::LossReport;
use rtc::statistics::{
    StatsSelector,
    report::{RTCStatsReport, RTCStatsReportEntry},
};
use webrtc::peer_connection::PeerConnection;

use crate::sound::{SoundCommand, SoundEngine};

const EVERY: Duration = Duration::from_millis(500);

/// What of a receiver report tells it from the one before (RFC 3550 section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reported {
    highest: u64,
    lost: i64,
    fraction: f64,
}

/// Hands reports on to the sound thread until the connection is gone.
pub(super) async fn watch(connection: Weak<dyn PeerConnection>, sound: SoundEngine) {
    let mut last = None;
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let Some(connection) = Weak::upgrade(&connection) else { return };
        let stats = connection.get_stats(Instant::now(), StatsSelector::None).await;
        drop(connection);
        let Some(reported) = reported(&stats) else { continue };
        if last.replace(reported) != Some(reported) {
            let lost = reported.fraction as f32;
            sound.tell(SoundCommand::Loss(LossReport { lost, round_trip: round_trip(&stats) }));
        }
    }
}

fn reported(stats: &RTCStatsReport) -> Option<Reported> {
    stats.iter().find_map(|entry| match entry {
        RTCStatsReportEntry::RemoteInboundRtp(stream) => {
            let received = &stream.received_rtp_stream_stats;
            let reported = Reported {
                highest: received.packets_received,
                lost: received.packets_lost,
                fraction: stream.fraction_lost,
            };
            // All zero before the first report came.
            (reported.highest > 0).then_some(reported)
        }
        _ => None,
    })
}

/// Of the connectivity checks: the reports' own is not measured by this library.
fn round_trip(stats: &RTCStatsReport) -> Option<Duration> {
    let pair = stats.candidate_pairs().filter(|pair| pair.nominated).max_by_key(|pair| pair.packets_received)?;
    let seconds = pair.current_round_trip_time;
    (seconds > 0.0).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}
