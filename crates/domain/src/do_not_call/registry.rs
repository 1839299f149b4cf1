//! What a national registry says of a number.

use serde::{Deserialize, Serialize};

use crate::time::UnixMillis;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum RegistryAnswer {
    /// The organisation has to ask none.
    #[default]
    NotUsed,
    NotAsked,
    Known {
        listed: bool,
        /// The answer is good until then.
        until: UnixMillis,
    },
}

/// Whether the registry has to be asked before the number may be called.
pub const fn needs_asking(answer: RegistryAnswer, now: UnixMillis) -> bool {
    match answer {
        RegistryAnswer::NotUsed => false,
        RegistryAnswer::NotAsked => true,
        RegistryAnswer::Known { until, .. } => until.0 <= now.0,
    }
}
