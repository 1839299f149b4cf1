//! Random calls at random moments.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{super::*, fixture::*};
use crate::{
    ids::{LegId, MediaSessionId, UserId},
    time::UnixMillis,
};

fn agent() -> impl Strategy<Value = UserId> {
    prop_oneof![Just(ASHA), Just(BALA), Just(COACH)]
}

fn device() -> impl Strategy<Value = MediaSessionId> {
    (1..4u128).prop_map(session)
}

fn party() -> impl Strategy<Value = Party> {
    prop_oneof![
        3 => Just(Party::Customer),
        2 => (1..3u32).prop_map(|attempt| Party::Outside { attempt }),
        2 => (1..5u32).prop_map(|attempt| Party::Telephone { attempt }),
    ]
}

/// Each connection has an id of its own, made when it opens.
fn leg_of(party: Party, n: u128) -> LegId {
    match party {
        Party::Customer => leg(n),
        Party::Outside { attempt } => leg(10 * u128::from(attempt) + n),
        Party::Telephone { attempt } => leg(1_000 * u128::from(attempt) + n),
    }
}

fn failure() -> impl Strategy<Value = DialFailure> {
    prop_oneof![
        Just(DialFailure::Busy),
        Just(DialFailure::NoAnswer),
        Just(DialFailure::Failed),
        Just(DialFailure::Machine)
    ]
}

fn target() -> impl Strategy<Value = TransferTarget> {
    prop_oneof![
        agent().prop_map(|user_id| TransferTarget::Agent { user_id }),
        Just(TransferTarget::Queue { plan: plan(SUPPORT) }),
        Just(TransferTarget::Number { number: number() }),
    ]
}

fn timer() -> impl Strategy<Value = Timer> {
    prop_oneof![
        prop::sample::select(vec![
            Timer::Greeting,
            Timer::Farewell,
            Timer::LookAgain,
            Timer::MaxWait,
            Timer::OfferExpires,
            Timer::CustomerRings,
            Timer::CarrierMissed,
            Timer::CarrierBack,
            Timer::OutsideMissed,
            Timer::OutsideBack,
            Timer::DeviceBack,
            Timer::TransferGivesUp,
            Timer::HearBoth,
            Timer::Message,
        ]),
        agent().prop_map(|agent| Timer::WrapUpEnds { agent }),
    ]
}

fn message() -> VoicemailMessage {
    VoicemailMessage { id: crate::ids::VoicemailId::new(uuid::Uuid::from_u128(800)), name: "A".into(), length_ms: 900 }
}

/// A recorded one, or what the call has by itself.
fn greeting() -> impl Strategy<Value = Option<Greeting>> {
    prop::option::of(
        prop_oneof![Just(PlayedBy::Bridge), Just(PlayedBy::Carrier)]
            .prop_map(|by| Greeting::Recorded { message: message(), by }),
    )
}

/// Reports that come from machines.
fn report() -> impl Strategy<Value = CallEvent> {
    prop_oneof![
        3 => (party(), 1..4u128).prop_map(|(party, n)| CallEvent::CarrierAttached { party, leg: leg_of(party, n) }),
        2 => (party(), 1..4u128).prop_map(|(party, n)| CallEvent::CarrierLost { leg: leg_of(party, n) }),
        1 => party().prop_map(|party| CallEvent::Dialed { party, provider_call_id: "CA7".into() }),
        2 => Just(greeted()),
        2 => (1..4u128).prop_map(|n| CallEvent::GreetingFinished { then: AfterGreeting::OwnQueue, leg: Some(leg(n)) }),
        1 => Just(CallEvent::FarewellFinished),
        1 => Just(CallEvent::DigitReceived { digit: '1' }),
        2 => Just(CallEvent::NobodyFree),
        1 => Just(CallEvent::AgentFreed),
        1 => Just(CallEvent::CustomerRinging),
        1 => (1..4u128).prop_map(|n| CallEvent::EarlySound { leg: leg(n) }),
        2 => Just(CallEvent::CustomerAnswered),
        1 => failure().prop_map(|reason| CallEvent::CustomerFailed { reason }),
        2 => prop_oneof![Just(Side::Agent), Just(Side::Customer)].prop_map(|side| CallEvent::SideHeard { side }),
        1 => prop_oneof![Just(Side::Agent), Just(Side::Customer)].prop_map(|side| CallEvent::SideSilent { side }),
        2 => (1..3u32).prop_map(|attempt| CallEvent::TransferAnswered { attempt }),
        1 => (1..3u32, failure()).prop_map(|(attempt, reason)| CallEvent::TransferFailed { attempt, reason }),
        2 => device().prop_map(|session| CallEvent::DeviceLost { session }),
        2 => (agent(), device()).prop_map(|(agent, session)| CallEvent::DeviceBack { agent, session }),
        1 => Just(CallEvent::RecordingFailed { reason: "disk_full".into() }),
        1 => Just(CallEvent::RecordingStarted),
        1 => (0..2u8).prop_map(|whole| CallEvent::VoicemailFinished { whole: whole == 1 }),
        1 => Just(CallEvent::AnsweredBy { verdict: AnsweredBy::Machine, greeting_over: true }),
        3 => party().prop_map(|party| CallEvent::ConferenceJoined {
            party, conference: "CF1".into(), provider_call_id: format!("{party:?}"),
        }),
        3 => (1..5u32).prop_map(|attempt| CallEvent::TelephoneAccepted { attempt }),
        1 => (1..5u32).prop_map(|attempt| CallEvent::ProviderEnded {
            party: Party::Telephone { attempt }, status: ProviderEnd::NoAnswer,
        }),
        1 => Just(CallEvent::ServerRestarted),
        3 => timer().prop_map(|timer| CallEvent::TimerFired { timer }),
    ]
}

/// What people ask for. Fences are small, so that old and new ones meet.
fn wish() -> impl Strategy<Value = CallEvent> {
    let mode = prop_oneof![Just(MonitorMode::Listen), Just(MonitorMode::Whisper), Just(MonitorMode::Barge)];
    prop_oneof![
        6 => (agent(), 0..6u32, device()).prop_map(|(agent, fence, session)| CallEvent::OfferAccepted { agent, fence, session }),
        1 => (agent(), 0..6u32).prop_map(|(agent, fence)| CallEvent::OfferDeclined { agent, fence }),
        1 => agent().prop_map(|agent| CallEvent::HoldStarted { agent }),
        1 => agent().prop_map(|agent| CallEvent::HoldEnded { agent }),
        3 => (agent(), target()).prop_map(|(agent, to)| CallEvent::TransferStarted { agent, to }),
        1 => agent().prop_map(|agent| CallEvent::TransferCancelled { agent }),
        2 => (agent(), 1..3u128).prop_map(|(agent, n)| CallEvent::ConsultStarted { agent, number: number(), leg: leg(500 + n) }),
        2 => agent().prop_map(|agent| CallEvent::ConsultJoined { agent }),
        1 => Just(CallEvent::CustomerMoved { to: crate::ids::CallId::new(uuid::Uuid::from_u128(501)) }),
        1 => (1..4u128).prop_map(|n| CallEvent::CustomerReplaced {
            from: crate::ids::CallId::new(uuid::Uuid::from_u128(501)), leg: leg(600 + n),
        }),
        1 => (1..3u128).prop_map(|n| CallEvent::CustomerNamed {
            customer: Customer::Known { number: number() }, lead: Some(crate::ids::LeadId::new(uuid::Uuid::from_u128(700 + n))),
        }),
        3 => (agent(), mode, device()).prop_map(|(user, mode, session)| CallEvent::MonitorSet { user, mode, session }),
        1 => agent().prop_map(|user| CallEvent::MonitorCleared { user }),
        1 => agent().prop_map(|agent| CallEvent::VoicemailDropped { agent, message: message() }),
        1 => agent().prop_map(|agent| CallEvent::RecordingPaused { agent }),
        1 => agent().prop_map(|agent| CallEvent::WrapUpExtended { agent }),
        1 => agent().prop_map(|agent| CallEvent::WrapUpEnded { agent, then: AfterWrapUp::Available }),
    ]
}

/// The end is rare, so that most of a run happens before it.
fn ending() -> impl Strategy<Value = CallEvent> {
    prop_oneof![
        Just(CallEvent::CustomerHungUp),
        agent().prop_map(|agent| CallEvent::AgentHungUp { agent }),
        party().prop_map(|party| CallEvent::ProviderEnded { party, status: ProviderEnd::Completed }),
    ]
}

/// An event, or a claim of routing: `Claim` is answered only when that agent is free, as the store does it.
#[derive(Debug, Clone)]
enum Act {
    Event(CallEvent),
    Claim(UserId),
    /// The newest claim is reported once more.
    ClaimAgain,
    /// Whoever is rung at answers.
    Answer(MediaSessionId),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => report().prop_map(Act::Event),
        9 => wish().prop_map(Act::Event),
        1 => ending().prop_map(Act::Event),
        7 => agent().prop_map(Act::Claim),
        1 => Just(Act::ClaimAgain),
        5 => device().prop_map(Act::Answer),
    ]
}

/// The world around one call: its driver's timers, the store's claims, and the log.
struct World {
    call: Call,
    now: UnixMillis,
    log: Vec<(UnixMillis, CallEvent)>,
    timers: BTreeMap<Timer, UnixMillis>,
    claims: BTreeMap<UserId, u32>,
    fence: u32,
    newest: Option<(UserId, u32)>,
    over: u32,
}

impl World {
    fn begin(direction: Direction, sound: SoundPlace, greeting: Option<Greeting>) -> Self {
        let usual = facts(direction);
        let greeting = greeting.unwrap_or(usual.greeting.clone());
        let mut world = Self {
            call: Call::new(CallFacts { sound, greeting, ..usual }),
            now: START,
            log: Vec::new(),
            timers: BTreeMap::new(),
            claims: BTreeMap::new(),
            fence: 0,
            newest: None,
            over: 0,
        };
        if direction == Direction::Inbound {
            world.take(CallEvent::Received);
        } else {
            let fence = world.claim(ASHA);
            world.take(CallEvent::Placed { agent: ASHA, fence, session: session(1) });
        }
        world
    }

    fn claim(&mut self, agent: UserId) -> u32 {
        self.fence += 1;
        let before = self.claims.insert(agent, self.fence);
        assert_eq!(before, None, "claimed twice");
        self.fence
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Event(CallEvent::TimerFired { timer }) => {
                // Drivers fire what they were told to, when it is due; stray reports come with the others.
                if let Some(at) = self.timers.get(&timer) {
                    self.now = self.now.max(*at);
                }
                self.take(CallEvent::TimerFired { timer });
            }
            Act::Event(event) => self.take(event),
            Act::Claim(agent) => {
                if !self.claims.contains_key(&agent) {
                    let fence = self.claim(agent);
                    self.newest = Some((agent, fence));
                    self.take(routed(agent, fence));
                }
            }
            Act::ClaimAgain => {
                if let Some((agent, fence)) = self.newest.filter(|(agent, fence)| self.claims.get(agent) == Some(fence))
                {
                    self.take(routed(agent, fence));
                }
            }
            Act::Answer(session) => {
                if let Some((agent, fence)) = self.call.offer().map(|offer| (offer.agent, offer.fence)) {
                    self.take(CallEvent::OfferAccepted { agent, fence, session });
                }
            }
        }
    }

    fn take(&mut self, event: CallEvent) {
        match &event {
            CallEvent::ServerRestarted => self.timers.clear(),
            CallEvent::TimerFired { timer } => drop(self.timers.remove(timer)),
            _ => {}
        }
        let before = self.call.clone();
        let (call, effects) = step(self.call.clone(), &event, self.now);
        self.log.push((self.now, event));
        self.call = call;
        for effect in effects {
            self.carry_out(effect);
        }
        self.check(&before);
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::SetTimer { timer, at, .. } => drop(self.timers.insert(timer, at)),
            Effect::ClearTimer { timer } => drop(self.timers.remove(&timer)),
            Effect::AgentTo { agent, fence, next } => {
                assert_eq!(self.claims.get(&agent), Some(&fence), "an agent who is not claimed is told {next:?}");
                if matches!(next, AgentNext::Free { .. }) {
                    self.claims.remove(&agent);
                }
            }
            Effect::Offer { offer, .. } => assert_eq!(self.claims.get(&offer.agent), Some(&offer.fence)),
            Effect::Over { .. } => self.over += 1,
            _ => {}
        }
    }

    fn check(&self, before: &Call) {
        // The driver has exactly the timers that the state asks for.
        let wanted: BTreeMap<Timer, UnixMillis> =
            timers(&self.call).into_iter().map(|(timer, armed)| (timer, armed.at)).collect();
        assert_eq!(self.timers, wanted, "{:#?}", self.call.phase);
        // The store holds exactly the claims that the call knows of.
        let held: BTreeMap<UserId, u32> =
            duties(&self.call).into_iter().map(|(agent, held)| (agent, held.fence)).collect();
        assert_eq!(self.claims, held, "{:#?}", self.call.phase);
        // What is over stays over, for the same reason.
        if let Some(end) = before.end {
            assert_eq!(self.call.end, Some(end));
            assert!(matches!(self.call.phase, Phase::WrapUp { .. } | Phase::Ended { .. }));
        }
        if matches!(before.phase, Phase::Ended { .. }) {
            assert_eq!(self.call.phase, before.phase);
        }
        assert_eq!(self.over, u32::from(self.call.is_over()));
        // A call that goes on never waits without a timer.
        let waits = !matches!(
            self.call.phase,
            Phase::New | Phase::Talking { .. } | Phase::PassedOn { .. } | Phase::Ended { .. }
        );
        assert!(!waits || !wanted.is_empty(), "{:#?}", self.call.phase);
        if let Some(plan) = room_plan(&self.call) {
            check_room(&self.call, &plan);
        }
        check_conference(&self.call);
    }

    /// Fires what is due, earliest first, until nothing is left.
    fn run_out(&mut self) {
        for _ in 0..200 {
            let Some((timer, at)) = self.timers.iter().min_by_key(|(_, at)| **at).map(|(timer, at)| (*timer, *at))
            else {
                return;
            };
            self.now = self.now.max(at);
            self.take(CallEvent::TimerFired { timer });
        }
        panic!("timers never end: {:#?}", self.call.phase);
    }
}

/// Exactly those are called who are to be there, and nobody who only listens or whispers is heard by the customer.
fn check_conference(call: &Call) {
    let agents = call.desk().map(|desk| desk.agent).into_iter().chain(call.offer().map(|offer| offer.agent));
    let monitors = call.monitors.iter().map(|monitor| (monitor.user, Seat::Monitor));
    let mut wanted: Vec<_> = agents.map(|agent| (agent, Seat::Agent)).chain(monitors).collect();
    wanted.sort_unstable();
    wanted.dedup();
    if call.facts.sound != SoundPlace::Conference || call.is_over() {
        wanted.clear();
    }
    let mut there: Vec<_> = call.telephones.iter().map(|telephone| (telephone.user, telephone.seat)).collect();
    there.sort_unstable();
    assert_eq!(there, wanted);
    let plans = seats(call);
    for telephone in call.telephones.iter().filter(|telephone| telephone.seat == Seat::Monitor) {
        let Some((_, plan)) = plans.get(&Party::Telephone { attempt: telephone.attempt }) else { continue };
        let mode = call.monitors.iter().find(|monitor| monitor.user == telephone.user).map(|monitor| monitor.mode);
        let heard = !plan.muted && plan.coaches.is_none();
        assert!(!heard || mode == Some(MonitorMode::Barge), "a {mode:?} is heard by all");
    }
}

fn check_room(call: &Call, plan: &RoomPlan) {
    let customer = call.line.leg().map(PortRef::Leg);
    for monitor in &call.monitors {
        let own = PortRef::Session(monitor.session);
        let heard_by_customer =
            plan.hears.iter().any(|(listener, speaker)| Some(*listener) == customer && *speaker == own);
        assert!(!heard_by_customer || monitor.mode == MonitorMode::Barge, "a {:?} is heard", monitor.mode);
        let heard_at_all = plan.hears.iter().any(|(_, speaker)| *speaker == own);
        assert!(!heard_at_all || monitor.mode != MonitorMode::Listen);
    }
    let mut members = plan.members.clone();
    members.sort();
    members.dedup();
    assert_eq!(members.len(), plan.members.len(), "each port is a member once");
    for (listener, speaker) in &plan.hears {
        assert_ne!(listener, speaker, "nobody hears themselves");
        assert!(plan.members.contains(listener) && plan.members.contains(speaker));
        assert!(!plan.music.contains(listener), "music is heard alone");
    }
    let recorded = plan.record.iter().flat_map(|record| record.left.iter().chain(&record.right));
    assert!(recorded.into_iter().all(|port| plan.members.contains(port)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_call_is_lost_no_agent_is_kept_and_the_log_tells_it_all(
        inbound in any::<bool>(),
        by_telephone in any::<bool>(),
        greeting in greeting(),
        acts in prop::collection::vec((act(), 0..40_000i64), 0..60),
    ) {
        let sound = if by_telephone { SoundPlace::Conference } else { SoundPlace::Bridge };
        let mut world = World::begin(if inbound { Direction::Inbound } else { Direction::Outbound }, sound, greeting);
        for (act, later) in acts {
            // Most things follow each other closely; now and then a timer's worth of time goes by.
            world.now = UnixMillis(world.now.0 + if later > 20_000 { later - 20_000 } else { 50 });
            world.act(act);
        }
        prop_assert_eq!(&replay(world.call.facts.clone(), &world.log), &world.call);
        world.take(CallEvent::CustomerHungUp);
        world.run_out();
        let ended = matches!(world.call.phase, Phase::Ended { .. });
        prop_assert!(ended);
        prop_assert!(world.claims.is_empty());
        prop_assert_eq!(room_plan(&world.call), None);
    }

    #[test]
    fn a_caller_whom_nobody_reports_on_any_more_is_not_kept_for_ever(
        acts in prop::collection::vec((act(), 0..5_000i64), 0..40),
        greeting in greeting(),
    ) {
        let mut world = World::begin(Direction::Inbound, SoundPlace::Bridge, greeting);
        for (act, later) in acts {
            world.now = UnixMillis(world.now.0 + later);
            world.act(act);
        }
        // Everything that speaks for the call falls silent: only timers are left.
        world.take(CallEvent::ServerRestarted);
        world.run_out();
        let ended = matches!(world.call.phase, Phase::Ended { .. });
        prop_assert!(ended, "{:#?}", world.call.phase);
        prop_assert!(world.claims.is_empty());
    }
}
