//! How a call sounds, second by second: what screens show of it, and what is kept.

use std::time::Duration;

use bridge::{PortId, PortStats};
use domain::{
    call::{Call, PortRef},
    sound::{Cause, DeviceReport, Flow, Judge, Leg, MouthToEar, Point, Second, SidePoint, Thinning},
    time::UnixMillis,
};
use media::quality::{Band, CodecImpairment, Path};
use storage::sound::SoundPart;
use wire::{calls::LegSound, sound::DeviceSound};

use super::sound_parts::Parts;
use crate::device_sound::Reported;

/// Figures of all ports of one room for one second.
#[derive(Debug, Clone)]
pub(crate) struct SecondOfSound {
    pub at: UnixMillis,
    /// How late the bridge's worst turn was.
    pub late: Duration,
    pub ports: Vec<(PortId, PortStats)>,
}

pub(super) fn port_id(port: PortRef) -> PortId {
    match port {
        PortRef::Session(session) => PortId::Session(session),
        PortRef::Leg(leg) => PortId::Carrier(leg),
    }
}

fn leg(stats: &PortStats) -> Leg {
    Leg {
        up: Flow {
            packets: stats.packets,
            loss: stats.loss_fraction,
            concealed: stats.concealed_fraction,
            jitter_ms: stats.jitter_ms,
            buffer_ms: stats.jitter_buffer_ms,
            level_dbfs: stats.level_dbfs_in,
            clipped: stats.clipped,
        },
        round_trip_ms: stats.round_trip_ms,
        echo_loss_db: stats.echo_loss_db,
    }
}

/// What is missing after repair; where nothing was decoded, what the network lost.
fn missing(flow: &Flow) -> f32 {
    if flow.level_dbfs.is_some() { flow.concealed } else { flow.loss.max(flow.concealed) }
}

/// Loudness that two sets add to an echo path (SLR 8 + RLR 2, ITU-T G.107 table 2), dB.
const SETS_DB: f32 = 10.0;

fn mos(codec: CodecImpairment, flows: &[Flow], echo_loss_db: Option<f32>, delay: Option<MouthToEar>) -> f32 {
    let delay = delay.map_or(0.0, |delay| delay.to_customer.max(delay.to_agent));
    let clean = Path::clean(codec);
    Path {
        mouth_to_ear: Duration::from_secs_f32(delay.max(0.0) / 1_000.0),
        loss: flows.iter().map(missing).fold(0.0, f32::max),
        echo_loss: echo_loss_db.map_or(clean.echo_loss, |loss| loss + SETS_DB),
        ..clean
    }
    .mos()
}

fn leg_sound(leg: &Leg, wideband: bool, mos: f32) -> LegSound {
    LegSound {
        level_dbfs: leg.up.level_dbfs.unwrap_or(-100.0),
        loss: leg.up.loss,
        concealed: leg.up.concealed,
        jitter_ms: leg.up.jitter_ms,
        round_trip_ms: leg.round_trip_ms,
        buffer_ms: leg.up.buffer_ms,
        clipped: leg.up.clipped,
        echo_loss_db: leg.echo_loss_db,
        wideband,
        mos,
    }
}

/// The last second of both sides, and the series.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub agent: Option<LegSound>,
    pub customer: Option<LegSound>,
    pub device: Option<DeviceSound>,
    pub mouth_to_ear_ms: Option<f32>,
    pub cause: Option<Cause>,
    judge: Judge,
    thinning: Thinning,
    parts: Parts,
}

impl Figures {
    /// Takes a second; answers what of the series is to be written now.
    pub fn take(&mut self, call: &Call, second: &SecondOfSound, reported: Option<Reported>) -> Option<SoundPart> {
        let stats = |port: Option<PortId>| {
            let port = port?;
            second.ports.iter().find(|(id, _)| *id == port).map(|(_, stats)| stats)
        };
        let session = call.desk().and_then(|desk| desk.device.session());
        let device = reported.map(|reported| reported.report);
        let line = stats(call.line.leg().map(PortId::Carrier));
        let now = Second {
            agent: stats(session.map(PortId::Session)).map(leg),
            device: device.filter(|_| session.is_some()),
            customer: line.map(leg),
            server_late_ms: second.late.as_secs_f32() * 1_000.0,
            together: call.hearing.joined_at.is_some(),
        };
        let delay = now.mouth_to_ear();
        let ways = |leg: &Leg, device: Option<DeviceReport>| -> Vec<Flow> {
            std::iter::once(leg.up).chain(device.map(|device| device.down)).collect()
        };
        let agent_mos =
            now.agent.map(|leg| mos(CodecImpairment::OPUS, &ways(&leg, now.device), leg.echo_loss_db, delay));
        let line_codec = line.map_or(CodecImpairment::G711, |line| line.codec);
        let customer_mos = now.customer.map(|leg| mos(line_codec, &[leg.up], leg.echo_loss_db, delay));
        self.agent = now.agent.zip(agent_mos).map(|(leg, mos)| leg_sound(&leg, true, mos));
        self.customer =
            now.customer.zip(customer_mos).map(|(leg, mos)| leg_sound(&leg, line_codec.band == Band::Wide, mos));
        self.device = now.device.and(reported).map(|reported| reported.sound);
        self.mouth_to_ear_ms = delay.map(|delay| delay.to_customer.max(delay.to_agent));
        self.cause = self.judge.take(&now);
        if now.agent.is_none() && now.customer.is_none() {
            return None;
        }
        let offset_s = u32::try_from(second.at.since(call.facts.started_at).as_secs()).unwrap_or(u32::MAX);
        let side =
            |leg: Option<Leg>, mos| leg.map(|leg| SidePoint::of(&leg.up, leg.round_trip_ms, leg.echo_loss_db, mos));
        let point = Point {
            offset_s,
            span_s: 1,
            agent: side(now.agent, agent_mos),
            device: now.device.map(|device| SidePoint::of(&device.down, None, None, None)),
            customer: side(now.customer, customer_mos),
            mouth_to_ear_ms: self.mouth_to_ear_ms,
            cause: self.cause,
        };
        if let Some(full) = self.thinning.take(point) {
            self.parts.push(full);
        }
        self.parts.due(offset_s)
    }

    /// The call is over: what of the series is not written yet.
    pub fn finish(&mut self) -> Option<SoundPart> {
        if let Some(last) = self.thinning.finish() {
            self.parts.push(last);
        }
        self.parts.rest()
    }
}
