//! What the decisions on the way of each call cost. `cargo bench -p switchboard-domain`

use divan::{Bencher, black_box};
use switchboard_domain::{
    call::{
        AfterGreeting, AfterWrapUp, Call, CallEvent, CallFacts, Capabilities, Customer, Direction, Greeting, Party,
        QueuePlan, Side, replay, step,
    },
    ids::{CallId, LegId, MediaSessionId, QueueId, TenantId, UserId},
    masking::mask_number,
    phone_number::E164,
    time::UnixMillis,
};
use uuid::Uuid;

const START: UnixMillis = UnixMillis(1_800_000_000_000);
const AGENT: UserId = UserId::new(Uuid::from_u128(1));

fn main() {
    divan::main();
}

fn facts() -> CallFacts {
    let queue_id = QueueId::new(Uuid::from_u128(2));
    CallFacts {
        id: CallId::new(Uuid::from_u128(3)),
        tenant: TenantId::new(Uuid::from_u128(4)),
        direction: Direction::Inbound,
        provider: "twilio".to_owned(),
        provider_call_id: Some("CA1".to_owned()),
        customer: Customer::Known { number: E164::from_carrier("+919812300021").expect("a number") },
        number_id: None,
        queue: Some(QueuePlan { queue_id, ring_s: 20, wrap_up_s: 30, max_wait_s: 300, recording: true }),
        campaign: None,
        lead: None,
        started_at: START,
        greeting: Greeting::text("Welcome. This call is recorded."),
        recording: false,
        simulated: false,
        capabilities: Capabilities::default(),
        sound: Default::default(),
        for_agent: None,
        called_in: None,
        voicemail: None,
    }
}

/// A call that is answered, put on hold once, ended by the customer and wrapped up.
fn history() -> Vec<(UnixMillis, CallEvent)> {
    let events = [
        CallEvent::Received,
        CallEvent::CarrierAttached { party: Party::Customer, leg: LegId::new(Uuid::from_u128(5)) },
        CallEvent::GreetingFinished { then: AfterGreeting::OwnQueue, leg: None },
        CallEvent::Routed { agent: AGENT, fence: 1, decision: None, why: "The only agent who is free.".to_owned() },
        CallEvent::OfferAccepted { agent: AGENT, fence: 1, session: MediaSessionId::new(Uuid::from_u128(6)) },
        CallEvent::SideHeard { side: Side::Agent },
        CallEvent::SideHeard { side: Side::Customer },
        CallEvent::CustomerHungUp,
        CallEvent::DispositionSaved {
            agent: AGENT,
            code: "interested".to_owned(),
            sub_code: None,
            made_at: START,
            then: AfterWrapUp::Available,
        },
    ];
    (1..).map(|n| UnixMillis(START.0 + 1_000 * n)).zip(events).collect()
}

/// One event of a call in conversation.
#[divan::bench]
fn call_step(bencher: Bencher) {
    let talking = replay(facts(), &history()[..6]);
    let event = CallEvent::SideHeard { side: Side::Customer };
    bencher.with_inputs(|| talking.clone()).bench_values(|call: Call| step(call, &event, START));
}

/// A whole call from its log, as after a restart of the server.
#[divan::bench]
fn call_replay(bencher: Bencher) {
    let history = history();
    bencher.with_inputs(facts).bench_values(|facts| replay(facts, &history));
}

#[divan::bench]
fn mask_a_number() -> String {
    mask_number(black_box("+919812300021"))
}
