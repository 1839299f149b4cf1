//! How a call sounds, second by second.

use bridge::{PortId, PortStats};
use domain::{
    call::{Call, PortRef},
    time::UnixMillis,
};
use wire::calls::{LegSound, SoundSecond};

/// Figures of all ports of one room for one second.
#[derive(Debug, Clone)]
pub(crate) struct SecondOfSound {
    pub at: UnixMillis,
    pub ports: Vec<(PortId, PortStats)>,
}

pub(super) fn port_id(port: PortRef) -> PortId {
    match port {
        PortRef::Session(session) => PortId::Session(session),
        PortRef::Leg(leg) => PortId::Carrier(leg),
    }
}

fn leg_sound(stats: &PortStats) -> LegSound {
    let frames = f64::from(u32::try_from(stats.packets_in).unwrap_or(u32::MAX)).max(1.0);
    let concealed = f64::from(u32::try_from(stats.concealed).unwrap_or(u32::MAX)) / frames;
    LegSound {
        level_dbfs: stats.level_dbfs_in.unwrap_or(-100.0),
        loss: stats.loss_fraction,
        #[expect(clippy::cast_possible_truncation, reason = "a fraction between 0 and 1")]
        concealed: concealed.min(1.0) as f32,
        jitter_ms: stats.jitter_ms,
        round_trip_ms: stats.round_trip_ms,
        buffer_ms: stats.jitter_buffer_ms,
        mos: stats.mos,
    }
}

/// The last second of both sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub agent: Option<LegSound>,
    pub customer: Option<LegSound>,
    pub series: Vec<SoundSecond>,
}

/// A point each second for the first ten minutes, then each tenth.
const DENSE: usize = 600;

impl Figures {
    pub fn take(&mut self, call: &Call, second: &SecondOfSound) {
        let sound = |port: Option<PortId>| {
            let port = port?;
            second.ports.iter().find(|(id, _)| *id == port).map(|(_, stats)| leg_sound(stats))
        };
        let session = call.desk().and_then(|desk| desk.device.session());
        self.agent = sound(session.map(PortId::Session));
        self.customer = sound(call.line.leg().map(PortId::Carrier));
        let due = match self.series.last() {
            Some(last) if self.series.len() >= DENSE => second.at.0 - last.at_ms.0 >= 10_000,
            Some(_) | None => true,
        };
        if due && (self.agent.is_some() || self.customer.is_some()) {
            self.series.push(SoundSecond {
                at_ms: second.at,
                agent_mos: self.agent.as_ref().map(|sound| sound.mos),
                customer_mos: self.customer.as_ref().map(|sound| sound.mos),
                agent_loss: self.agent.as_ref().map(|sound| sound.loss),
            });
        }
    }
}
