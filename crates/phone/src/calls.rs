//! What the live events mean for this device: whether it rings, and whether sound has to run.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{CallId, UserId},
    time::UnixMillis,
};
use wire::{
    calls::{CallStatus, LiveCall, Offer},
    live::{LiveEvent, Snapshot},
};

/// Pure; instants are the server's.
#[derive(Debug, Clone)]
pub struct CallWatch {
    me: UserId,
    offers: BTreeMap<CallId, UnixMillis>,
    calls: BTreeSet<CallId>,
}

impl CallWatch {
    pub const fn new(me: UserId) -> Self {
        Self { me, offers: BTreeMap::new(), calls: BTreeSet::new() }
    }

    /// Replaces what was known.
    pub fn reset(&mut self, snapshot: &Snapshot) {
        self.offers.clear();
        self.calls.clear();
        if let Some(offer) = &snapshot.offer {
            self.offered(offer);
        }
        for call in &snapshot.calls {
            self.call(call);
        }
    }

    pub fn apply(&mut self, event: &LiveEvent) {
        match event {
            LiveEvent::Offer { offer } => self.offered(offer),
            LiveEvent::OfferEnded { call_id, .. } => {
                self.offers.remove(call_id);
            }
            LiveEvent::Call { call } => self.call(call),
            LiveEvent::CallEnded { call_id, .. } => {
                self.offers.remove(call_id);
                self.calls.remove(call_id);
            }
            _ => {}
        }
    }

    /// An offer stops ringing at its end even when nobody said so (the line may be down).
    pub fn rings(&self, server_now: UnixMillis) -> bool {
        self.offers.values().any(|expires| server_now < *expires)
    }

    /// A call of this user, or one they listen to, needs sound now, or will in a moment.
    pub fn needs_sound(&self, server_now: UnixMillis) -> bool {
        !self.calls.is_empty() || self.rings(server_now)
    }

    pub fn in_call(&self) -> bool {
        !self.calls.is_empty()
    }

    fn offered(&mut self, offer: &Offer) {
        self.offers.insert(offer.call_id, offer.expires_at_ms);
    }

    fn call(&mut self, call: &LiveCall) {
        let mine =
            call.agent_id == Some(self.me) && matches!(call.status, CallStatus::InProgress | CallStatus::Ringing);
        let listening = call.monitors.iter().any(|monitor| monitor.user_id == self.me);
        if call.agent_id == Some(self.me) && call.status == CallStatus::InProgress {
            self.offers.remove(&call.id);
        }
        // An inbound call that rings here is an offer, not a call yet.
        let ringing_here = self.offers.contains_key(&call.id);
        if (mine && !ringing_here) || listening {
            self.calls.insert(call.id);
        } else {
            self.calls.remove(&call.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::LeadId;
    use uuid::Uuid;
    use wire::{
        calls::{Direction, Monitor, MonitorMode, OfferEnd},
        recordings::RecordingState,
    };

    use super::*;

    const ME: UserId = UserId::new(Uuid::from_u128(1));
    const CALL: CallId = CallId::new(Uuid::from_u128(9));

    fn offer() -> LiveEvent {
        LiveEvent::Offer {
            offer: Box::new(Offer {
                call_id: CALL,
                fence: 1,
                direction: Direction::Inbound,
                offered_at_ms: UnixMillis(0),
                expires_at_ms: UnixMillis(20_000),
                queue_name: None,
                campaign_name: None,
                came_by: Vec::new(),
                waited_ms: 0,
                why: String::new(),
                lead: None,
                caller: String::new(),
                transferred_by: None,
            }),
        }
    }

    fn call(status: CallStatus, agent: Option<UserId>, monitors: Vec<Monitor>) -> LiveEvent {
        LiveEvent::Call {
            call: Box::new(LiveCall {
                id: CALL,
                direction: Direction::Inbound,
                status,
                customer_name: None,
                customer_number: String::new(),
                lead_id: None::<LeadId>,
                agent_id: agent,
                agent_name: None,
                queue_id: None,
                queue_name: None,
                campaign_id: None,
                campaign_name: None,
                came_by: Vec::new(),
                why: None,
                started_at_ms: UnixMillis(0),
                queued_at_ms: None,
                answered_at_ms: None,
                held_since_ms: None,
                recording: RecordingState::Off,
                monitors,
                transfer: None,
                both_heard: false,
                silent_side: None,
                reconnecting_since_ms: None,
                agent_sound: None,
                customer_sound: None,
                device_sound: None,
                mouth_to_ear_ms: None,
                sound_cause: None,
                customer_keys: String::new(),
                unsupported: Vec::new(),
                sound_at: Default::default(),
                simulated: false,
            }),
        }
    }

    #[test]
    fn it_rings_from_the_offer_to_the_answer_and_sound_runs_to_the_end() {
        let mut watch = CallWatch::new(ME);
        watch.apply(&offer());
        watch.apply(&call(CallStatus::Ringing, Some(ME), Vec::new()));
        assert!(watch.rings(UnixMillis(1)) && watch.needs_sound(UnixMillis(1)) && !watch.in_call());
        watch.apply(&call(CallStatus::InProgress, Some(ME), Vec::new()));
        assert!(!watch.rings(UnixMillis(2)) && watch.in_call());
        watch.apply(&LiveEvent::CallEnded { call_id: CALL, suggested_outcome: None });
        assert!(!watch.needs_sound(UnixMillis(3)));
    }

    #[test]
    fn an_offer_that_ended_elsewhere_or_ran_out_is_silent() {
        let mut watch = CallWatch::new(ME);
        watch.apply(&offer());
        assert!(!watch.rings(UnixMillis(20_000)));
        watch.apply(&LiveEvent::OfferEnded { call_id: CALL, end: OfferEnd::TakenBy { name: "Ravi".to_owned() } });
        assert!(!watch.rings(UnixMillis(1)));
    }

    #[test]
    fn a_call_of_somebody_else_needs_sound_only_while_listening_in() {
        let other = Some(UserId::new(Uuid::from_u128(2)));
        let mut watch = CallWatch::new(ME);
        watch.apply(&call(CallStatus::InProgress, other, Vec::new()));
        assert!(!watch.in_call());
        let monitor = Monitor { user_id: ME, name: String::new(), mode: MonitorMode::Listen, since_ms: UnixMillis(1) };
        watch.apply(&call(CallStatus::InProgress, other, vec![monitor]));
        assert!(watch.in_call());
        watch.apply(&call(CallStatus::InProgress, other, Vec::new()));
        assert!(!watch.in_call());
    }

    #[test]
    fn an_outbound_call_needs_sound_while_it_rings_at_the_customer() {
        let mut watch = CallWatch::new(ME);
        watch.apply(&call(CallStatus::Ringing, Some(ME), Vec::new()));
        assert!(watch.in_call() && !watch.rings(UnixMillis(1)));
        watch.apply(&call(CallStatus::NoAnswer, Some(ME), Vec::new()));
        assert!(!watch.in_call());
    }
}
