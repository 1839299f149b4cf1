//! Calls that the last server carried.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    call::{AgentNext, Call, CallEvent, CallFacts, Direction, Duty, Held, duties, replay, room_plan},
    ids::{CallId, RecordingId, UserId},
    time::UnixMillis,
};
use storage::{
    TenantScope,
    agents::{Agent as AgentRow, AgentState as StateRow},
    call_log::Log,
    recordings::RecordingState,
};
use tokio::time::MissedTickBehavior;

use super::{
    actor::{Actor, Begin},
    registry::Tell,
};
use crate::{Backend, clock, directory::OFTEN_ENOUGH, error::BackendError, recordings};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A claim is followed by its call at once; the registry knows a call that is being made.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(4);

impl Backend {
    /// Replays every log that has no end and goes on from there. Sound is away until the carrier and the devices are
    /// back; the calls wait for them as for any lost connection.
    pub(crate) async fn recover_calls(&self) -> Result<(), BackendError> {
        let mut recorded_on = Vec::new();
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = TenantScope::system(tenant.id);
            let mut begins = Vec::new();
            for row in storage::calls::open(self.store(), scope).await? {
                begins.extend(self.begin_again(scope, row.id, "en").await?);
            }
            let rows = storage::agents::list(self.store(), scope).await?;
            let calls = begins.iter().map(|begin| &begin.call);
            for (agent, call, fence, next) in corrections(calls, &rows) {
                tracing::info!(%agent, %call, ?next, "an agent is what the log of the call says");
                self.agent_of_call(scope, agent, call, fence, next).await;
            }
            for begin in begins {
                if room_plan(&begin.call).is_some_and(|plan| plan.record.is_some()) {
                    recorded_on.push(RecordingId::new(begin.call.facts.id.as_uuid()));
                }
                let first = first_events(&begin).into_iter().map(Tell::Event).collect();
                Actor::spawn(self, begin, first);
            }
        }
        self.recover_recordings(&recorded_on).await;
        Ok(())
    }

    /// The call as its log says. `None` when there is no such call, or its log cannot be read.
    async fn begin_again(&self, scope: TenantScope, id: CallId, language: &str) -> Result<Option<Begin>, BackendError> {
        let Some(log) = storage::call_log::load(self.store(), scope, id).await? else { return Ok(None) };
        let (facts, events) = match read(log) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(call = %id, %error, "the log of a call cannot be read; it stays as it is");
                return Ok(None);
            }
        };
        let seq = u32::try_from(events.len()).unwrap_or(u32::MAX);
        // What was connected once is not connected again.
        for (_, event) in &events {
            if let CallEvent::CarrierAttached { leg, .. } = event {
                self.calls().add_leg(*leg, id);
            }
        }
        let call = replay(facts, &events);
        let names = self.names_of(scope, &call.facts, OFTEN_ENOUGH).await?;
        tracing::info!(call = %id, events = seq, "a call that nobody carries is taken up");
        Ok(Some(Begin {
            scope,
            tenant: scope.tenant(),
            call,
            seq,
            names,
            language: language.to_owned(),
            effects: Vec::new(),
        }))
    }

    /// Whether the call is under way here, after taking up one that has a row and whom nobody carries: whoever made the row
    /// was cut off behind it.
    pub(super) async fn carry(
        &self,
        scope: TenantScope,
        id: CallId,
        language: &str,
        more: Option<CallEvent>,
    ) -> Result<bool, BackendError> {
        if self.is_under_way(scope.tenant(), id) {
            return Ok(true);
        }
        let open = storage::calls::get(self.store(), scope, id).await?.is_some_and(|row| !row.closed);
        // One that is over, with something still to be written, looks open too.
        if !open || self.calls().is_known(id) {
            return Ok(false);
        }
        let Some(begin) = self.begin_again(scope, id, language).await? else { return Ok(false) };
        let over = begin.call.is_over();
        let first = first_events(&begin).into_iter().chain(more).map(Tell::Event).collect();
        Actor::spawn(self, begin, first);
        Ok(!over)
    }

    /// Agents who are held by a call that nobody carries: whoever claimed them was cut off before the call began.
    async fn free_forgotten_agents(&self) -> Result<(), BackendError> {
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = TenantScope::system(tenant.id);
            let now = clock::now();
            let mut rows = storage::agents::list(self.store(), scope).await?;
            rows.retain(|row| {
                now.since(row.since) >= FORGOTTEN_AFTER && row.call_id.is_some_and(|call| !self.calls().is_known(call))
            });
            for (agent, call, fence, _) in corrections([].into_iter(), &rows) {
                tracing::warn!(%agent, %call, "an agent was held by a call that is not there, and is free again");
                self.release_claim(scope, agent, call, fence).await;
            }
        }
        Ok(())
    }

    /// Files of the recorder that no call writes any more, and that nobody has noted: the last server died in between.
    async fn recover_recordings(&self, go_on: &[RecordingId]) {
        let left_over = match self.bridge().left_over_recordings() {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%error, "recordings of the last server cannot be looked for");
                return;
            }
        };
        for recording in left_over.into_iter().filter(|recording| !go_on.contains(recording)) {
            if let Err(error) = self.recover_recording(recording).await {
                tracing::error!(%recording, %error, "a recording of the last server stays in the spool");
            }
        }
    }

    async fn recover_recording(&self, recording: RecordingId) -> Result<(), BackendError> {
        // A call has one recording, so they share the id.
        let call = CallId::new(recording.as_uuid());
        let tenant = self.tenant_of_call(call).await?.ok_or(BackendError::NotFound("call of the recording"))?;
        let scope = TenantScope::system(tenant);
        let row = storage::recordings::of_call(self.store(), scope, call).await?;
        let key = recordings::store_key(recording, row.as_ref().and_then(|row| row.sha256.as_deref()));
        match row.map(|row| row.state) {
            // It may have died between the note and the job; a second job with this key is not made.
            Some(RecordingState::Storing) => self.enqueue(scope, recordings::STORE, call, &key).await,
            // The server died between the receipt and the end of the file.
            Some(RecordingState::Stored) => self
                .bridge()
                .remove_left_over(recording)
                .await
                .map_err(|error| BackendError::Internal(format!("it is stored and cannot be removed: {error}"))),
            // What is left of it is all there is.
            Some(RecordingState::NotStored | RecordingState::Off) => Ok(()),
            None | Some(RecordingState::Recording | RecordingState::Paused) => {
                let ended = self.bridge().end_left_over(recording).await;
                let ended = ended.map_err(|error| BackendError::Internal(error.to_string()))?;
                tracing::info!(%call, ms = ended.duration_ms, "a recording of the last server is ended");
                let finished = recordings::Finished {
                    call,
                    recording,
                    path: ended.path,
                    bytes: ended.bytes,
                    sha256: ended.sha256,
                    duration_ms: ended.duration_ms,
                    gaps: ended.gaps,
                };
                recordings::finished(self, finished).await;
                Ok(())
            }
        }
    }
}

/// Looks every few seconds; it waits while the database is away.
pub(crate) async fn look_for_forgotten_agents(backend: Backend) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {
                if let Err(error) = backend.free_forgotten_agents().await {
                    tracing::warn!(%error, "agents without a call cannot be looked for");
                }
            }
            () = backend.stopping().cancelled() => break,
        }
    }
}

/// What a call that is taken up is told first.
fn first_events(begin: &Begin) -> Vec<CallEvent> {
    // Cut off between the row and the first event.
    let received = begin.seq == 0 && begin.call.facts.direction == Direction::Inbound;
    received.then_some(CallEvent::Received).into_iter().chain([CallEvent::ServerRestarted]).collect()
}

/// Where rows of agents and logs of calls differ, because the last server died between two writes: the log is right. A claim
/// of which no log knows is given back.
fn corrections<'a>(calls: impl Iterator<Item = &'a Call>, rows: &[AgentRow]) -> Vec<(UserId, CallId, u32, AgentNext)> {
    let held: BTreeMap<(UserId, CallId), Held> =
        calls.flat_map(|call| duties(call).into_iter().map(|(agent, held)| ((agent, call.facts.id), held))).collect();
    let correction = |row: &AgentRow| {
        let call = row.call_id?;
        let held = held.get(&(row.user_id, call)).filter(|held| held.fence == row.fence);
        let next = match held.map(|held| held.duty) {
            None => AgentNext::Free { missed: false, pause: false },
            Some(Duty::OnCall) if row.state != StateRow::OnCall => AgentNext::OnCall,
            Some(Duty::WrapUp { ends_at }) if row.state != StateRow::WrapUp => AgentNext::WrapUp { ends_at },
            Some(_) => return None,
        };
        Some((row.user_id, call, row.fence, next))
    };
    rows.iter().filter_map(correction).collect()
}

type Past = (CallFacts, Vec<(UnixMillis, CallEvent)>);

fn read(log: Log) -> Result<Past, serde_json::Error> {
    let facts = serde_json::from_value(log.facts.into_inner())?;
    let event =
        |stored: storage::call_log::StoredEvent| Ok((stored.at, serde_json::from_value(stored.data.into_inner())?));
    let events = log.events.into_iter().map(event).collect::<Result<_, serde_json::Error>>()?;
    Ok((facts, events))
}

#[cfg(test)]
mod tests {
    use domain::{
        call::{Capabilities, Customer, Greeting, QueuePlan, step},
        ids::{MediaSessionId, QueueId, TenantId},
        phone_number::E164,
    };
    use uuid::Uuid;

    use super::*;

    const AGENT: UserId = UserId::new(Uuid::from_u128(7));
    const CALL: CallId = CallId::new(Uuid::from_u128(1));
    const SESSION: MediaSessionId = MediaSessionId::new(Uuid::from_u128(3));
    const FENCE: u32 = 4;

    fn after(events: &[CallEvent]) -> Call {
        let queue = QueuePlan {
            queue_id: QueueId::new(Uuid::from_u128(2)),
            ring_s: 20,
            wrap_up_s: 60,
            max_wait_s: 300,
            recording: true,
        };
        let facts = CallFacts {
            id: CALL,
            tenant: TenantId::new(Uuid::from_u128(9)),
            direction: Direction::Inbound,
            provider: "twilio".to_owned(),
            provider_call_id: Some("CA1".to_owned()),
            customer: Customer::Known { number: E164::parse("+919800000101", None).unwrap() },
            number_id: None,
            queue: Some(queue),
            campaign: None,
            lead: None,
            started_at: UnixMillis(0),
            greeting: Greeting::None,
            recording: true,
            simulated: true,
            capabilities: Capabilities::default(),
            sound: Default::default(),
            for_agent: None,
            called_in: None,
            voicemail: None,
        };
        events.iter().fold(Call::new(facts), |call, event| step(call, event, UnixMillis(1_000)).0)
    }

    fn row(state: StateRow, fence: u32) -> AgentRow {
        AgentRow {
            user_id: AGENT,
            name: "Farid".to_owned(),
            state,
            call_id: Some(CALL),
            fence,
            version: 1,
            since: UnixMillis(0),
            detail: serde_json::json!({}),
            calls_day: String::new(),
            calls_today: 0,
            last_call_at: None,
        }
    }

    fn routed() -> CallEvent {
        CallEvent::Routed { agent: AGENT, fence: FENCE, decision: None, why: String::new() }
    }

    fn accepted() -> CallEvent {
        CallEvent::OfferAccepted { agent: AGENT, fence: FENCE, session: SESSION }
    }

    fn next(events: &[CallEvent], state: StateRow) -> Option<AgentNext> {
        let found = corrections([&after(events)].into_iter(), &[row(state, FENCE)]);
        found.into_iter().map(|(_, _, _, next)| next).next()
    }

    #[test]
    fn a_claim_that_no_log_knows_is_given_back() {
        let free = Some(AgentNext::Free { missed: false, pause: false });
        assert_eq!(next(&[CallEvent::Received], StateRow::Reserved), free);
        assert_eq!(corrections([].into_iter(), &[row(StateRow::WrapUp, FENCE)]).len(), 1, "the call has ended");
        let older = corrections([&after(&[CallEvent::Received, routed()])].into_iter(), &[row(StateRow::Reserved, 9)]);
        assert_eq!(older.len(), 1, "the log knows an older claim only");
    }

    #[test]
    fn an_agent_whose_row_is_behind_the_log_follows_it() {
        let talking = [CallEvent::Received, routed(), accepted()];
        assert_eq!(next(&talking, StateRow::Reserved), Some(AgentNext::OnCall));
        let over = [CallEvent::Received, routed(), accepted(), CallEvent::CustomerHungUp];
        let wraps_up = Some(AgentNext::WrapUp { ends_at: UnixMillis(61_000) });
        assert_eq!(next(&over, StateRow::OnCall), wraps_up);
    }

    #[test]
    fn an_agent_whose_row_says_what_the_log_says_is_left_alone() {
        assert_eq!(next(&[CallEvent::Received, routed()], StateRow::Reserved), None);
        assert_eq!(next(&[CallEvent::Received, routed(), accepted()], StateRow::OnCall), None);
        let free = AgentRow { call_id: None, ..row(StateRow::Available, FENCE) };
        assert_eq!(corrections([].into_iter(), &[free]), []);
    }
}
