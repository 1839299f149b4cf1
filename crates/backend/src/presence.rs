//! Reachability is measured: an agent is Available only while a probe reached the audio engine in the last five seconds.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    ids::{MediaSessionId, TenantId, UserId},
    time::UnixMillis,
};

use crate::{Actor, Backend, clock};

/// Without an answer for so long an agent is unreachable.
pub(crate) const REACHABLE_FOR: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
struct Connection {
    tenant: TenantId,
    user: UserId,
    /// The last answer of an audio engine that runs.
    answered: Option<UnixMillis>,
}

/// One live socket that said it is a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhonePresence(u64);

#[derive(Default)]
struct Table {
    connections: HashMap<PhonePresence, Connection>,
    next: u64,
}

#[derive(Default)]
pub(crate) struct Presence(Mutex<Table>);

impl Presence {
    fn connect(&self, tenant: TenantId, user: UserId) -> PhonePresence {
        let mut table = self.table();
        table.next += 1;
        let id = PhonePresence(table.next);
        table.connections.insert(id, Connection { tenant, user, answered: None });
        id
    }

    fn answered(&self, id: PhonePresence, now: UnixMillis) {
        if let Some(connection) = self.table().connections.get_mut(&id) {
            connection.answered = Some(now);
        }
    }

    fn disconnect(&self, id: PhonePresence) {
        self.table().connections.remove(&id);
    }

    /// A telephone that has no live socket stands for the user.
    pub fn stands_for(&self, tenant: TenantId, user: UserId) -> PhonePresence {
        self.connect(tenant, user)
    }

    /// It was heard of.
    pub fn is_there(&self, id: PhonePresence, now: UnixMillis) {
        self.answered(id, now);
    }

    pub fn is_gone(&self, id: PhonePresence) {
        self.disconnect(id);
    }

    /// Whether any phone of the user answered in time.
    pub fn is_reachable(&self, tenant: TenantId, user: UserId, now: UnixMillis) -> bool {
        self.table().connections.values().any(|connection| {
            connection.tenant == tenant
                && connection.user == user
                && connection.answered.is_some_and(|at| now.since(at) <= REACHABLE_FOR)
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend {
    /// A phone has connected its live socket.
    pub async fn phone_connected(&self, actor: &Actor) -> PhonePresence {
        self.presence().connect(actor.tenant, actor.user)
    }

    pub async fn probe_answered(
        &self,
        actor: &Actor,
        presence: &PhonePresence,
        session: Option<MediaSessionId>,
        audio_running: bool,
    ) {
        let theirs = session
            .and_then(|session| self.devices().get(session))
            .is_some_and(|device| device.tenant == actor.tenant && device.user == actor.user && device.connected);
        if !(audio_running && theirs) {
            return;
        }
        let now = clock::now();
        let was = self.presence().is_reachable(actor.tenant, actor.user, now);
        self.presence().answered(*presence, now);
        if !was {
            self.reachability_changed(actor.scope, actor.user, true).await;
        }
    }

    pub async fn phone_gone(&self, actor: &Actor, presence: PhonePresence) {
        self.presence().disconnect(presence);
        if !self.presence().is_reachable(actor.tenant, actor.user, clock::now()) {
            self.reachability_changed(actor.scope, actor.user, false).await;
        }
    }
}

/// Looks each second for agents whose phones have stopped answering.
pub(crate) async fn watch(backend: Backend) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = tick.tick() => backend.look_for_silent_phones().await,
            () = backend.stopping().cancelled() => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_phone_that_stops_answering_is_unreachable_after_five_seconds() {
        let (tenant, user) = (TenantId::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)));
        let presence = Presence::default();
        let phone = presence.connect(tenant, user);
        assert!(!presence.is_reachable(tenant, user, UnixMillis(0)));
        presence.answered(phone, UnixMillis(1_000));
        assert!(presence.is_reachable(tenant, user, UnixMillis(6_000)));
        assert!(!presence.is_reachable(tenant, user, UnixMillis(6_001)));
        presence.answered(phone, UnixMillis(7_000));
        presence.disconnect(phone);
        assert!(!presence.is_reachable(tenant, user, UnixMillis(7_000)));
    }

    #[test]
    fn one_of_two_phones_is_enough() {
        let (tenant, user) = (TenantId::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)));
        let presence = Presence::default();
        let (desk, _pocket) = (presence.connect(tenant, user), presence.connect(tenant, user));
        presence.answered(desk, UnixMillis(0));
        assert!(presence.is_reachable(tenant, user, UnixMillis(1)));
    }
}
