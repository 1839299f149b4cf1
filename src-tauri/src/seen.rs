//! Reads out of the live feed what concerns this agent at this computer. Pure.

use domain::ids::UserId;
use wire::{
    agents::AgentState,
    calls::{CallStatus, LiveCall, Offer},
    live::{LiveEvent, Snapshot},
};

use crate::attention::{Due, Ringing, Seen};

/// What a live event means for the windows, if anything.
pub fn in_event(me: UserId, event: &LiveEvent) -> Option<Seen> {
    match event {
        LiveEvent::Offer { offer } => Some(Seen::Offered(ringing(offer))),
        LiveEvent::OfferEnded { call_id, .. } => Some(Seen::OfferEnded(*call_id)),
        LiveEvent::Call { call } if is_running(me, call) => Some(Seen::CallRuns(call.id)),
        // A call that went on to somebody else, or is in wrap-up, is over here.
        LiveEvent::Call { call } => Some(Seen::CallOver(call.id)),
        LiveEvent::CallEnded { call_id, .. } => Some(Seen::CallOver(*call_id)),
        LiveEvent::Reminder { reminder } => {
            Some(Seen::Due(Due { who: reminder.lead_name.clone(), what: reminder.text.clone() }))
        }
        _ => None,
    }
}

pub fn in_snapshot(me: UserId, snapshot: &Snapshot) -> Seen {
    Seen::Read {
        offer: snapshot.offer.as_ref().map(ringing),
        call: snapshot.calls.iter().find(|call| is_running(me, call)).map(|call| call.id),
    }
}

/// The agent's own state, when the event carries it.
pub fn own_state(me: UserId, event: &LiveEvent) -> Option<&AgentState> {
    match event {
        LiveEvent::Agent { agent } if agent.user_id == me => Some(&agent.state),
        _ => None,
    }
}

fn is_running(me: UserId, call: &LiveCall) -> bool {
    call.agent_id == Some(me) && call.status == CallStatus::InProgress
}

fn ringing(offer: &Offer) -> Ringing {
    let who = offer
        .lead
        .as_ref()
        .map(|card| card.lead.name.trim())
        .filter(|name| !name.is_empty())
        .unwrap_or(&offer.caller)
        .to_owned();
    let mut about: Vec<&str> = Vec::new();
    about.extend(offer.queue_name.as_deref().or(offer.campaign_name.as_deref()));
    about.extend(Some(offer.why.as_str()).filter(|why| !why.is_empty()));
    Ringing { call_id: offer.call_id, fence: offer.fence, who, about: about.join(" · ") }
}

#[cfg(test)]
mod tests {
    use domain::{ids::CallId, time::UnixMillis};
    use uuid::Uuid;
    use wire::{agents::AgentStatus, calls::Direction};

    use super::*;

    const ME: UserId = UserId::new(Uuid::from_u128(1));
    const OTHER: UserId = UserId::new(Uuid::from_u128(2));

    fn offer() -> Offer {
        Offer {
            call_id: CallId::new(Uuid::from_u128(9)),
            fence: 4,
            direction: Direction::Inbound,
            offered_at_ms: UnixMillis(0),
            expires_at_ms: UnixMillis(20_000),
            queue_name: Some("Sales".into()),
            campaign_name: None,
            came_by: Vec::new(),
            waited_ms: 0,
            why: "You have waited longest".into(),
            lead: None,
            caller: "+91 98•• ••345".into(),
            transferred_by: None,
        }
    }

    #[test]
    fn an_unknown_caller_is_shown_by_number_with_queue_and_reason() {
        let offer = ringing(&offer());
        assert_eq!(offer.who, "+91 98•• ••345");
        assert_eq!(offer.about, "Sales · You have waited longest");
    }

    #[test]
    fn what_is_notified_does_not_get_into_logs() {
        let text = format!("{:?}", ringing(&offer()));
        assert!(text.contains("fence: 4") && !text.contains("345") && !text.contains("Sales"), "{text}");
    }

    #[test]
    fn only_the_agents_own_state_changes_the_tray() {
        let agent = |user_id| LiveEvent::Agent {
            agent: AgentStatus {
                user_id,
                name: String::new(),
                state: AgentState::Available,
                since_ms: UnixMillis(0),
                queue_ids: Vec::new(),
                calls_today: 0,
                last_call_at_ms: None,
                break_after_call: false,
                has_device: true,
                by_telephone: false,
            },
        };
        assert_eq!(own_state(ME, &agent(ME)), Some(&AgentState::Available));
        assert_eq!(own_state(ME, &agent(OTHER)), None);
    }
}
