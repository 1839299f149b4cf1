//! The figures of a call for its page: the stored series, and marks where it was held or broken.

use domain::{
    ids::CallId,
    sound::{Point, SidePoint, decode},
    time::UnixMillis,
};
use media::quality::Band;
use storage::call_log::StoredEvent;
use wire::sound::{CallSound, SideSound, SoundMark, SoundMarkKind, SoundPoint};

use crate::{Actor, Backend, error::BackendError};

impl Backend {
    /// Whoever may see the call may see how it sounded.
    pub async fn call_sound(&self, actor: &Actor, id: CallId) -> Result<CallSound, BackendError> {
        let row = self.readable_call(actor, id).await?;
        let (parts, events) = tokio::try_join!(
            storage::sound::parts(self.store(), actor.scope, id),
            storage::call_log::events(self.store(), actor.scope, id),
        )?;
        Ok(CallSound {
            points: parts
                .iter()
                .flat_map(|part| decode(&part.points))
                .map(|point| shown(row.started_at, point))
                .collect(),
            marks: marks(&events),
            agent_model: Band::Wide.model().to_owned(),
            // The series does not keep what the line spoke, and a line may change it in the call.
            customer_model: format!("{} / {}", Band::Narrow.model(), Band::Wide.model()),
        })
    }
}

fn shown(started_at: UnixMillis, point: Point) -> SoundPoint {
    let side = |side: SidePoint| SideSound {
        mos: side.mos,
        loss: side.loss,
        concealed: side.concealed,
        jitter_ms: side.jitter_ms,
        round_trip_ms: side.round_trip_ms,
        buffer_ms: side.buffer_ms,
        level_dbfs: side.level_dbfs,
        clipped: side.clipped,
        echo_loss_db: side.echo_loss_db,
    };
    SoundPoint {
        at_ms: UnixMillis(started_at.0 + i64::from(point.offset_s) * 1_000),
        span_ms: point.span_s.saturating_mul(1_000),
        agent: point.agent.map(side),
        device: point.device.map(side),
        customer: point.customer.map(side),
        mouth_to_ear_ms: point.mouth_to_ear_ms,
        cause: point.cause,
    }
}

/// Spans from one event to another, in the order in which they began.
fn marks(events: &[StoredEvent]) -> Vec<SoundMark> {
    let mut marks: Vec<SoundMark> = Vec::new();
    for event in events {
        let begun = match event.kind.as_str() {
            "hold_started" => Some(SoundMarkKind::Hold),
            "device_lost" => Some(SoundMarkKind::AgentAway),
            "carrier_lost" => Some(SoundMarkKind::CarrierAway),
            "server_restarted" => Some(SoundMarkKind::ServerRestart),
            _ => None,
        };
        let over: &[SoundMarkKind] = match event.kind.as_str() {
            "hold_ended" => &[SoundMarkKind::Hold],
            "device_back" => &[SoundMarkKind::AgentAway],
            "carrier_attached" => &[SoundMarkKind::CarrierAway],
            "customer_hung_up" | "agent_hung_up" | "provider_ended" | "carrier_swept" => {
                &[SoundMarkKind::Hold, SoundMarkKind::AgentAway, SoundMarkKind::CarrierAway]
            }
            _ => &[],
        };
        for mark in marks.iter_mut().filter(|mark| mark.to_ms.is_none() && over.contains(&mark.kind)) {
            mark.to_ms = Some(event.at);
        }
        if let Some(kind) = begun.filter(|kind| !marks.iter().any(|mark| mark.kind == *kind && mark.to_ms.is_none())) {
            let to_ms = (kind == SoundMarkKind::ServerRestart).then_some(event.at);
            marks.push(SoundMark { kind, from_ms: event.at, to_ms });
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use domain::pii::Personal;

    use super::*;

    fn event(at: i64, kind: &str) -> StoredEvent {
        StoredEvent { seq: 1, at: UnixMillis(at), kind: kind.to_owned(), data: Personal::new(serde_json::json!({})) }
    }

    #[test]
    fn holds_and_reconnects_are_marked_and_end_with_the_call() {
        let log = [
            event(1, "hold_started"),
            event(2, "hold_ended"),
            event(3, "device_lost"),
            event(4, "device_lost"),
            event(5, "carrier_lost"),
            event(6, "carrier_attached"),
            event(7, "server_restarted"),
            event(9, "customer_hung_up"),
        ];
        let spans: Vec<_> =
            marks(&log).iter().map(|mark| (mark.kind, mark.from_ms.0, mark.to_ms.map(|to| to.0))).collect();
        assert_eq!(
            spans,
            [
                (SoundMarkKind::Hold, 1, Some(2)),
                (SoundMarkKind::AgentAway, 3, Some(9)),
                (SoundMarkKind::CarrierAway, 5, Some(6)),
                (SoundMarkKind::ServerRestart, 7, Some(7)),
            ]
        );
    }
}
