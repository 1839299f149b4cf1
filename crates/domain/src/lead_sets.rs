//! Many leads at once: tags, actions on all leads that fit a filter, and filters under a name.

mod bulk;
mod tags;

pub use bulk::{BulkActionKind, BulkCounts, BulkEvent, BulkOutcome, BulkRefusal, BulkState, next};
pub use tags::{MOST_TAGS, MOST_WORD, TagColour, word, word_key};

use serde::{Deserialize, Serialize};

/// Order of a list of leads, by when they came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum LeadSort {
    #[default]
    Newest,
    Oldest,
}

impl LeadSort {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Newest, Self::Oldest].into_iter().find(|sort| sort.as_str() == text)
    }
}

#[cfg(test)]
mod tests;
