//! Calls that the last server carried.

use domain::{
    call::{CallEvent, CallFacts, replay},
    time::UnixMillis,
};
use storage::call_log::Log;

use super::actor::{Actor, Begin};
use crate::{Backend, error::BackendError};

impl Backend {
    /// Replays every log that has no end and goes on from there. Sound is away until the carrier and the devices are
    /// back; the calls wait for them as for any lost connection.
    pub(crate) async fn recover_calls(&self) -> Result<(), BackendError> {
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = storage::TenantScope::system(tenant.id);
            for row in storage::calls::open(self.store(), scope).await? {
                let id = row.id;
                let Some(log) = storage::call_log::load(self.store(), scope, id).await? else { continue };
                let (facts, events) = match read(log) {
                    Ok(read) => read,
                    Err(error) => {
                        tracing::error!(call = %id, %error, "the log of a call cannot be read; it stays as it is");
                        continue;
                    }
                };
                let seq = u32::try_from(events.len()).unwrap_or(u32::MAX);
                let names = self.names_of(scope, &facts).await?;
                let call = replay(facts, &events);
                tracing::info!(call = %id, events = seq, "a call of the last server is taken up");
                let begin = Begin { scope, tenant: tenant.id, call, seq, names, language: "en".to_owned() };
                Actor::spawn(self, begin, vec![CallEvent::ServerRestarted]);
            }
        }
        Ok(())
    }
}

type Past = (CallFacts, Vec<(UnixMillis, CallEvent)>);

fn read(log: Log) -> Result<Past, serde_json::Error> {
    let facts = serde_json::from_value(log.facts.into_inner())?;
    let event =
        |stored: storage::call_log::StoredEvent| Ok((stored.at, serde_json::from_value(stored.data.into_inner())?));
    let events = log.events.into_iter().map(event).collect::<Result<_, serde_json::Error>>()?;
    Ok((facts, events))
}
