//! What a virtual agent did.

use domain::ids::CallId;

use crate::PartyReport;

#[derive(Debug, Clone, Default)]
pub struct AgentReport {
    pub offers: u32,
    pub calls: Vec<AgentCall>,
    pub dispositions: u32,
    /// Sentences; empty when all went well.
    pub problems: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct AgentCall {
    pub call: CallId,
    /// How long the caller had waited when the call was offered.
    pub waited_ms: u64,
    /// From the request to answer to the server's yes.
    pub answer_took_ms: u64,
    /// What the agent said and heard, at 8 kHz from the answer on.
    pub talk: Option<PartyReport>,
}
