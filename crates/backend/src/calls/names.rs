//! Names that go with the ids of a call, read once and kept with its actor.

use std::sync::Arc;

use domain::ids::{QueueId, UserId};
use wire::leads::LeadCard;

use crate::directory::Directory;

#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub directory: Arc<Directory>,
    pub campaign: Option<String>,
    /// Of the number that was called: its label.
    pub line: Option<String>,
    /// Who talked to this customer last.
    pub last_agent: Option<domain::ids::UserId>,
    /// The person, in full; masked when it is shown to roles that may not see contact data.
    pub card: Option<LeadCard>,
    /// E.164, or what came instead.
    pub customer_number: String,
}

impl Names {
    pub fn agent(&self, user: UserId) -> String {
        self.directory.agents.get(&user).cloned().unwrap_or_else(|| "an agent".to_owned())
    }

    pub fn queue(&self, queue: QueueId) -> Option<String> {
        self.directory.queues.get(&queue).cloned()
    }

    pub fn customer(&self) -> Option<String> {
        self.card.as_ref().map(|card| card.lead.name.clone()).filter(|name| !name.is_empty())
    }

    /// How they came, outermost first.
    pub fn came_by(&self) -> Vec<String> {
        let lead = self.card.as_ref().map(|card| &card.lead);
        let source = lead.and_then(|lead| lead.source.clone()).map(|source| {
            match lead.and_then(|lead| lead.source_detail.clone()) {
                Some(detail) => format!("{source} “{detail}”"),
                None => source,
            }
        });
        source.into_iter().chain(self.line.clone()).collect()
    }
}
