//! What a virtual agent says, and to whom.

use std::sync::Arc;

use serde::Deserialize;

use crate::customer::{ScriptError, Step, check_steps};

/// The steps of a conversation, as a customer's script has them.
#[derive(Debug, Clone)]
pub struct AgentScript(Arc<[Step]>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    steps: Vec<Step>,
}

impl AgentScript {
    pub fn from_toml(text: &str) -> Result<Self, ScriptError> {
        let written: Written =
            toml::from_str(text).map_err(|error| ScriptError::Malformed { reason: error.message().to_owned() })?;
        check_steps(&written.steps)?;
        Ok(Self(written.steps.into()))
    }

    /// The other side of [`crate::customer::CustomerScript::asha`].
    pub fn for_asha() -> Result<Self, ScriptError> {
        Self::from_toml(include_str!("../../scripts/agent-asha.toml"))
    }

    /// The other side of [`crate::customer::CustomerScript::rohan`].
    pub fn for_rohan() -> Result<Self, ScriptError> {
        Self::from_toml(include_str!("../../scripts/agent-rohan.toml"))
    }

    /// The other side of [`crate::customer::CustomerScript::not_interested`].
    pub fn for_not_interested() -> Result<Self, ScriptError> {
        Self::from_toml(include_str!("../../scripts/agent-not-interested.toml"))
    }

    /// Listens without a word.
    pub fn silent() -> Self {
        Self(Arc::new([]))
    }

    pub(super) fn steps(&self) -> Arc<[Step]> {
        Arc::clone(&self.0)
    }
}

/// Chooses a script by the name on the lead card.
#[derive(Debug, Clone)]
pub struct AgentScripts {
    /// Beginnings of names, without regard to case.
    pub by_name: Vec<(String, AgentScript)>,
    pub otherwise: AgentScript,
}

impl AgentScripts {
    /// The conversations with the bundled customers; everybody else is treated as Asha.
    pub fn bundled() -> Result<Self, ScriptError> {
        Ok(Self {
            by_name: vec![
                ("Rohan".to_owned(), AgentScript::for_rohan()?),
                ("Vikram".to_owned(), AgentScript::for_not_interested()?),
            ],
            otherwise: AgentScript::for_asha()?,
        })
    }

    pub fn always(script: AgentScript) -> Self {
        Self { by_name: Vec::new(), otherwise: script }
    }

    pub(super) fn choose(&self, name: Option<&str>) -> &AgentScript {
        let name = name.unwrap_or_default().to_lowercase();
        let fits = |(beginning, _): &&(String, AgentScript)| name.starts_with(&beginning.to_lowercase());
        self.by_name.iter().find(fits).map_or(&self.otherwise, |(_, script)| script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_on_the_card_chooses_the_conversation() {
        let scripts = AgentScripts::bundled().unwrap();
        let first = |name| scripts.choose(name).steps();
        assert_eq!(first(Some("rohan mehra")), AgentScript::for_rohan().unwrap().steps());
        assert_eq!(first(Some("Somebody")), AgentScript::for_asha().unwrap().steps());
        assert_eq!(first(None), AgentScript::for_asha().unwrap().steps());
    }
}
