//! A call played from its events, keeping its log.

use uuid::Uuid;

use super::super::*;
use crate::{
    ids::{CallId, LegId, MediaSessionId, QueueId, TenantId, UserId},
    phone_number::E164,
    time::UnixMillis,
};

pub const ASHA: UserId = UserId::new(Uuid::from_u128(1));
pub const BALA: UserId = UserId::new(Uuid::from_u128(2));
pub const COACH: UserId = UserId::new(Uuid::from_u128(9));
pub const SALES: QueueId = QueueId::new(Uuid::from_u128(70));
pub const SUPPORT: QueueId = QueueId::new(Uuid::from_u128(71));
pub const START: UnixMillis = UnixMillis(1_800_000_000_000);

pub const fn session(n: u128) -> MediaSessionId {
    MediaSessionId::new(Uuid::from_u128(100 + n))
}

pub const fn leg(n: u128) -> LegId {
    LegId::new(Uuid::from_u128(200 + n))
}

pub fn number() -> E164 {
    E164::from_carrier("+919812300021").unwrap()
}

pub const fn plan(queue_id: QueueId) -> QueuePlan {
    QueuePlan { queue_id, ring_s: 20, wrap_up_s: 30, max_wait_s: 300, recording: true }
}

pub fn facts(direction: Direction) -> CallFacts {
    let inbound = direction == Direction::Inbound;
    CallFacts {
        id: CallId::new(Uuid::from_u128(500)),
        tenant: TenantId::new(Uuid::from_u128(600)),
        direction,
        provider: "twilio".to_owned(),
        provider_call_id: inbound.then(|| "CA1".to_owned()),
        customer: Customer::Known { number: number() },
        number_id: None,
        queue: inbound.then(|| plan(SALES)),
        campaign: None,
        lead: None,
        started_at: START,
        greeting: Greeting::text(if inbound { "Welcome. This call is recorded." } else { "" }),
        recording: !inbound,
        simulated: false,
        capabilities: Capabilities { media_restart: true, ..Capabilities::default() },
        sound: SoundPlace::Bridge,
        for_agent: None,
        called_in: None,
        voicemail: None,
    }
}

pub struct Play {
    pub call: Call,
    pub now: UnixMillis,
    pub log: Vec<(UnixMillis, CallEvent)>,
    /// Of the last event.
    pub effects: Vec<Effect>,
}

impl Play {
    pub fn of(facts: CallFacts) -> Self {
        Self { call: Call::new(facts), now: START, log: Vec::new(), effects: Vec::new() }
    }

    /// One event, 100 ms after the one before.
    pub fn take(&mut self, event: CallEvent) -> &mut Self {
        self.now = UnixMillis(self.now.0 + 100);
        let (call, effects) = step(self.call.clone(), &event, self.now);
        self.log.push((self.now, event));
        (self.call, self.effects) = (call, effects);
        self
    }

    /// Nothing changes and nothing is to be done.
    pub fn ignores(&mut self, event: CallEvent) -> &mut Self {
        let before = self.call.clone();
        let described = format!("{event:?}");
        self.take(event);
        assert_eq!(self.call, before, "{described}");
        assert_eq!(self.effects, [], "{described}");
        self
    }

    /// Moves the clock to the timer's moment and fires it.
    pub fn fire(&mut self, timer: Timer) -> &mut Self {
        let at = timers(&self.call).get(&timer).unwrap_or_else(|| panic!("{timer:?} is not armed")).at;
        self.now = UnixMillis(at.0.max(self.now.0) - 100);
        self.take(CallEvent::TimerFired { timer })
    }

    pub fn has(&self, effect: &Effect) -> bool {
        self.effects.contains(effect)
    }

    pub fn notices(&self) -> Vec<NoticeCode> {
        let code = |effect: &Effect| match effect {
            Effect::Notice { code, .. } => Some(*code),
            _ => None,
        };
        self.effects.iter().filter_map(code).collect()
    }

    pub fn agent_to(&self, agent: UserId) -> Option<AgentNext> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::AgentTo { agent: who, next, .. } if *who == agent => Some(*next),
            _ => None,
        })
    }

    pub fn routes(&self) -> Vec<(RouteTarget, Vec<UserId>, RouteReason)> {
        let route = |effect: &Effect| match effect {
            Effect::Route { target, exclude, reason, .. } => Some((*target, exclude.clone(), *reason)),
            _ => None,
        };
        self.effects.iter().filter_map(route).collect()
    }

    pub fn plan(&self) -> RoomPlan {
        room_plan(&self.call).expect("a room")
    }
}

pub fn routed(agent: UserId, fence: u32) -> CallEvent {
    CallEvent::Routed { agent, fence, decision: None, why: "The only agent who is free.".to_owned() }
}

pub const fn accepted(agent: UserId, fence: u32, n: u128) -> CallEvent {
    CallEvent::OfferAccepted { agent, fence, session: session(n) }
}

pub const fn attached(n: u128) -> CallEvent {
    CallEvent::CarrierAttached { party: Party::Customer, leg: leg(n) }
}

pub const fn greeted() -> CallEvent {
    CallEvent::GreetingFinished { then: AfterGreeting::OwnQueue, leg: None }
}

/// A caller with media, waiting in the queue.
pub fn queued() -> Play {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received).take(attached(1)).take(greeted());
    play
}

/// Ringing at Asha under fence 1.
pub fn offered() -> Play {
    let mut play = queued();
    play.take(routed(ASHA, 1));
    play
}

/// Asha talks, with session 1 and leg 1.
pub fn talking() -> Play {
    let mut play = offered();
    play.take(accepted(ASHA, 1, 1));
    play
}

/// Asha calls the customer.
pub fn dialing() -> Play {
    let mut play = Play::of(facts(Direction::Outbound));
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: session(1) });
    play
}
