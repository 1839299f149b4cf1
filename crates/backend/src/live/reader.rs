//! One screen's place in the feed.

use std::{collections::VecDeque, sync::Arc};

use domain::{ids::UserId, role::Role, time::UnixMillis};
use tokio::sync::broadcast;
use wire::live::LiveEvent;

use super::feed::Item;

/// Where to start reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    Now,
    /// After an event seen on an earlier connection.
    After {
        epoch: String,
        seq: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// Close with code 4008; the client resumes or reads the snapshot.
    #[error("the reader fell too far behind")]
    TooSlow,
    #[error("the feed has ended")]
    Ended,
}

pub struct FeedReader {
    user: UserId,
    role: Role,
    seq: u64,
    missed: Option<VecDeque<Arc<Item>>>,
    receiver: broadcast::Receiver<Arc<Item>>,
}

impl FeedReader {
    pub(super) fn new(
        user: UserId,
        role: Role,
        seq: u64,
        missed: Option<VecDeque<Arc<Item>>>,
        receiver: broadcast::Receiver<Arc<Item>>,
    ) -> Self {
        Self { user, role, seq, missed, receiver }
    }

    /// Sequence number of the newest event when reading began.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// False when the client has to read the snapshot.
    pub fn resumed(&self) -> bool {
        self.missed.is_some()
    }

    /// The next event that this reader may see: sequence number, time, event.
    pub async fn next(&mut self) -> Result<(u64, UnixMillis, LiveEvent), ReaderError> {
        loop {
            let item = match self.missed.as_mut().and_then(VecDeque::pop_front) {
                Some(item) => item,
                None => self.receiver.recv().await.map_err(|error| match error {
                    broadcast::error::RecvError::Lagged(_) => ReaderError::TooSlow,
                    broadcast::error::RecvError::Closed => ReaderError::Ended,
                })?,
            };
            if item.audience.includes(self.user, self.role) {
                let event = match &item.masked {
                    Some(masked) if !self.role.sees_contact_data() => masked,
                    Some(_) | None => &item.full,
                };
                return Ok((item.seq, item.at, event.clone()));
            }
        }
    }
}
