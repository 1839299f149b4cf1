//! One numbered stream of events per tenant, kept in memory for readers that come back.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    ids::{TenantId, UserId},
    role::Role,
    time::UnixMillis,
};
use tokio::sync::broadcast;
use wire::live::LiveEvent;

use super::reader::{FeedReader, Start};
use crate::clock;

/// Events kept for a reader that lost its connection: some minutes of a busy floor.
const KEPT: usize = 4096;
/// Events a reader may be behind before it is cut off.
const BACKLOG: usize = 1024;

/// Who may see an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    Supervisors,
    User(UserId),
    UserAndSupervisors(UserId),
}

impl Audience {
    pub fn includes(self, user: UserId, role: Role) -> bool {
        match self {
            Self::Everyone => true,
            Self::Supervisors => role.supervises(),
            Self::User(only) => only == user,
            Self::UserAndSupervisors(one) => one == user || role.supervises(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Item {
    pub seq: u64,
    pub at: UnixMillis,
    pub audience: Audience,
    pub full: LiveEvent,
    /// What roles without contact data get instead, where it differs.
    pub masked: Option<LiveEvent>,
}

struct Stream {
    seq: u64,
    kept: VecDeque<Arc<Item>>,
    sender: broadcast::Sender<Arc<Item>>,
}

impl Default for Stream {
    fn default() -> Self {
        Self { seq: 0, kept: VecDeque::new(), sender: broadcast::channel(BACKLOG).0 }
    }
}

/// Cheap to clone; all clones feed the same readers.
#[derive(Clone)]
pub struct LiveFeed {
    epoch: Arc<str>,
    streams: Arc<Mutex<HashMap<TenantId, Stream>>>,
}

impl LiveFeed {
    /// `epoch` is new at each start of the server, so that a reader of an earlier one knows to read the snapshot.
    pub fn new(epoch: &str) -> Self {
        Self { epoch: epoch.into(), streams: Arc::default() }
    }

    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Sequence number of the tenant's newest event.
    pub fn seq(&self, tenant: TenantId) -> u64 {
        self.streams().get(&tenant).map_or(0, |stream| stream.seq)
    }

    pub fn publish(&self, tenant: TenantId, audience: Audience, event: LiveEvent) {
        self.push(tenant, audience, event, None, true);
    }

    /// For events with contact data: `masked` goes to roles that may not see it.
    pub fn publish_masked(&self, tenant: TenantId, audience: Audience, full: LiveEvent, masked: LiveEvent) {
        self.push(tenant, audience, full, Some(masked), true);
    }

    /// For figures that the next second replaces: numbered like all events, and not kept for readers that come back.
    pub fn publish_passing(&self, tenant: TenantId, audience: Audience, event: LiveEvent) {
        self.push(tenant, audience, event, None, false);
    }

    fn push(&self, tenant: TenantId, audience: Audience, full: LiveEvent, masked: Option<LiveEvent>, kept: bool) {
        let mut streams = self.streams();
        let stream = streams.entry(tenant).or_default();
        stream.seq += 1;
        let item = Arc::new(Item { seq: stream.seq, at: clock::now(), audience, full, masked });
        if kept {
            if stream.kept.len() == KEPT {
                stream.kept.pop_front();
            }
            stream.kept.push_back(Arc::clone(&item));
        }
        // No reader at all is normal.
        drop(stream.sender.send(item));
    }

    /// Starts reading at `start`; what was missed comes first.
    pub fn read(&self, tenant: TenantId, user: UserId, role: Role, start: &Start) -> FeedReader {
        let mut streams = self.streams();
        let stream = streams.entry(tenant).or_default();
        let oldest = stream.kept.front().map_or(stream.seq + 1, |item| item.seq);
        let missed = match start {
            Start::After { epoch, seq } if **epoch == *self.epoch && *seq <= stream.seq && *seq + 1 >= oldest => {
                Some(stream.kept.iter().filter(|item| item.seq > *seq).cloned().collect())
            }
            Start::After { .. } | Start::Now => None,
        };
        FeedReader::new(user, role, stream.seq, missed, stream.sender.subscribe())
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<TenantId, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ReaderError, *};
    use uuid::Uuid;

    fn ids() -> (TenantId, UserId, UserId) {
        (TenantId::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)), UserId::new(Uuid::from_u128(3)))
    }

    async fn seqs(reader: &mut FeedReader, count: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        for _ in 0..count {
            seen.push(reader.next().await.expect("event").0);
        }
        seen
    }

    #[tokio::test]
    async fn a_reader_that_comes_back_gets_what_it_missed_and_nothing_twice() {
        let (tenant, user, _) = ids();
        let feed = LiveFeed::new("a");
        for _ in 0..5 {
            feed.publish(tenant, Audience::Everyone, LiveEvent::Tasks {});
        }
        let start = Start::After { epoch: "a".into(), seq: 2 };
        let mut reader = feed.read(tenant, user, Role::Viewer, &start);
        feed.publish(tenant, Audience::Everyone, LiveEvent::Tasks {});
        assert!(reader.resumed());
        assert_eq!(seqs(&mut reader, 4).await, [3, 4, 5, 6]);
    }

    #[tokio::test]
    async fn another_epoch_or_a_gap_means_read_the_snapshot() {
        let (tenant, user, _) = ids();
        let feed = LiveFeed::new("b");
        for _ in 0..KEPT + 10 {
            feed.publish(tenant, Audience::Everyone, LiveEvent::Tasks {});
        }
        for start in [
            Start::After { epoch: "a".into(), seq: 4100 },
            Start::After { epoch: "b".into(), seq: 3 },
            Start::After { epoch: "b".into(), seq: u64::MAX },
            Start::Now,
        ] {
            assert!(!feed.read(tenant, user, Role::Viewer, &start).resumed(), "{start:?}");
        }
    }

    #[tokio::test]
    async fn an_event_for_one_agent_reaches_that_agent_and_supervisors_only() {
        let (tenant, agent, other) = ids();
        let feed = LiveFeed::new("a");
        let mut theirs = feed.read(tenant, agent, Role::Telecaller, &Start::Now);
        let mut boss = feed.read(tenant, other, Role::Manager, &Start::Now);
        let mut colleague = feed.read(tenant, other, Role::Telecaller, &Start::Now);
        feed.publish(tenant, Audience::UserAndSupervisors(agent), LiveEvent::Tasks {});
        feed.publish(tenant, Audience::Everyone, LiveEvent::Settings {});
        assert_eq!(seqs(&mut theirs, 1).await, [1]);
        assert_eq!(seqs(&mut boss, 1).await, [1]);
        assert_eq!(seqs(&mut colleague, 1).await, [2]);
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_is_told_so() {
        let (tenant, user, _) = ids();
        let feed = LiveFeed::new("a");
        let mut slow = feed.read(tenant, user, Role::Viewer, &Start::Now);
        for _ in 0..=BACKLOG {
            feed.publish(tenant, Audience::Everyone, LiveEvent::Tasks {});
        }
        assert_eq!(slow.next().await.unwrap_err(), ReaderError::TooSlow);
    }

    #[tokio::test]
    async fn another_tenant_sees_nothing() {
        let (tenant, user, _) = ids();
        let feed = LiveFeed::new("a");
        let stranger = TenantId::new(Uuid::from_u128(9));
        let mut reader = feed.read(stranger, user, Role::TenantAdmin, &Start::Now);
        feed.publish(tenant, Audience::Everyone, LiveEvent::Tasks {});
        feed.publish(stranger, Audience::Everyone, LiveEvent::Settings {});
        assert_eq!(reader.next().await.unwrap().2, LiveEvent::Settings {});
    }
}
