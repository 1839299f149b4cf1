//! Past calls, made by feeding events to the same decisions that real calls go through.

use backend::{Backend, error::BackendError, past};
use domain::{
    call::{
        AfterWrapUp, CallEvent, CallFacts, Capabilities, Customer, Direction, Greeting, ProviderEnd, QueuePlan, Side,
    },
    ids::{CallId, LegId, MediaSessionId},
    phone_number::E164,
    time::UnixMillis,
};
use rand::{RngExt, rngs::StdRng};
use uuid::Uuid;
use wire::leads::Lead;

use super::{Staff, people::pick, story};

const THREE_MONTHS_MS: i64 = 90 * 24 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
const RESULTS: [&str; 5] = ["interested", "not_interested", "callback", "wrong_number", "interested"];

/// A UUID from the seed, so that the same seed makes the same ids.
fn uuid(random: &mut StdRng) -> Uuid {
    uuid::Builder::from_random_bytes(random.random()).into_uuid()
}

pub(super) async fn past_calls(
    backend: &Backend,
    staff: &Staff,
    leads: &[Lead],
    count: u32,
    random: &mut StdRng,
) -> Result<(), BackendError> {
    let now = backend::clock::now().0;
    let plan = QueuePlan { queue_id: staff.queue, ring_s: 20, wrap_up_s: 60, max_wait_s: 300, recording: false };
    for index in 0..count {
        // From the oldest to the newest; the newest is a day old, so that today's figures are those of the demo.
        let ago = THREE_MONTHS_MS - (THREE_MONTHS_MS - DAY_MS) * i64::from(index) / i64::from(count.max(1));
        let at = UnixMillis(now - ago + random.random_range(0..DAY_MS / 8));
        let lead = pick(random, leads);
        let agent = pick(random, &staff.agents);
        let id = CallId::new(uuid(random));
        let Ok(number) = E164::from_carrier(&lead.phone) else { continue };
        let facts = CallFacts {
            id,
            tenant: staff.admin.tenant,
            direction: if random.random_bool(0.6) { Direction::Inbound } else { Direction::Outbound },
            provider: "simulated".to_owned(),
            provider_call_id: None,
            customer: Customer::Known { number },
            number_id: None,
            queue: Some(plan.clone()),
            campaign: Some(staff.campaign),
            lead: Some(lead.id),
            started_at: at,
            greeting: Greeting::None,
            recording: false,
            simulated: true,
            capabilities: Capabilities::default(),
            sound: Default::default(),
            for_agent: None,
            called_in: None,
            voicemail: None,
        };
        let talked = random.random_bool(0.82);
        let events = if talked { answered(&facts, agent.id, random) } else { missed(&facts, agent.id, random) };
        let conclusion = (talked && random.random_bool(0.85)).then(|| story::told(lead, &agent.name, at, random));
        past::keep(backend, &staff.admin, facts, &events, conclusion).await?;
    }
    Ok(())
}

type Events = Vec<(UnixMillis, CallEvent)>;

/// Collects events on a clock that only goes on.
struct Clock {
    at: UnixMillis,
    events: Events,
}

impl Clock {
    fn after(&mut self, ms: i64, event: CallEvent) {
        self.at = UnixMillis(self.at.0 + ms);
        self.events.push((self.at, event));
    }
}

fn answered(facts: &CallFacts, agent: domain::ids::UserId, random: &mut StdRng) -> Events {
    let session = MediaSessionId::new(uuid(random));
    let leg = LegId::new(uuid(random));
    let mut clock = Clock { at: facts.started_at, events: Vec::new() };
    match facts.direction {
        Direction::Inbound => {
            clock.after(0, CallEvent::Received);
            clock.after(2_500, CallEvent::CarrierAttached { party: Default::default(), leg });
            clock.after(10, CallEvent::GreetingFinished { then: Default::default(), leg: None });
            let why = "Free longest.".to_owned();
            clock.after(random.random_range(5..20_000), CallEvent::Routed { agent, fence: 1, decision: None, why });
            clock.after(random.random_range(1_500..9_000), CallEvent::OfferAccepted { agent, fence: 1, session });
        }
        Direction::Outbound => {
            clock.after(0, CallEvent::Placed { agent, fence: 1, session });
            let provider_call_id = format!("seed-{}", facts.id);
            clock.after(300, CallEvent::Dialed { party: Default::default(), provider_call_id });
            clock.after(900, CallEvent::CustomerRinging);
            clock.after(random.random_range(3_000..15_000), CallEvent::CustomerAnswered);
            clock.after(200, CallEvent::CarrierAttached { party: Default::default(), leg });
        }
    }
    clock.after(400, CallEvent::SideHeard { side: Side::Agent });
    clock.after(900, CallEvent::SideHeard { side: Side::Customer });
    if random.random_bool(0.2) {
        clock.after(20_000, CallEvent::HoldStarted { agent });
        clock.after(random.random_range(5_000..60_000), CallEvent::HoldEnded { agent });
    }
    clock.after(random.random_range(30_000..420_000), CallEvent::CustomerHungUp);
    let saved = CallEvent::DispositionSaved {
        agent,
        code: (*pick(random, &RESULTS)).to_owned(),
        sub_code: None,
        made_at: UnixMillis(clock.at.0 + 25_000),
        then: AfterWrapUp::Available,
    };
    clock.after(25_000, saved);
    clock.events
}

fn missed(facts: &CallFacts, agent: domain::ids::UserId, random: &mut StdRng) -> Events {
    let session = MediaSessionId::new(uuid(random));
    let leg = LegId::new(uuid(random));
    let mut clock = Clock { at: facts.started_at, events: Vec::new() };
    match facts.direction {
        Direction::Inbound => {
            clock.after(0, CallEvent::Received);
            clock.after(2_500, CallEvent::CarrierAttached { party: Default::default(), leg });
            clock.after(10, CallEvent::GreetingFinished { then: Default::default(), leg: None });
            clock.after(random.random_range(5_000..90_000), CallEvent::CustomerHungUp);
        }
        Direction::Outbound => {
            clock.after(0, CallEvent::Placed { agent, fence: 1, session });
            let provider_call_id = format!("seed-{}", facts.id);
            clock.after(300, CallEvent::Dialed { party: Default::default(), provider_call_id });
            clock.after(900, CallEvent::CustomerRinging);
            let ended = CallEvent::ProviderEnded { party: Default::default(), status: ProviderEnd::NoAnswer };
            clock.after(30_000, ended);
            clock.after(5_000, CallEvent::WrapUpEnded { agent, then: AfterWrapUp::Available });
        }
    }
    clock.events
}
