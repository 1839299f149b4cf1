//! What a call does to its agents is done in order, also when the database is away for a while.

use domain::ids::CallId;
use storage::TenantScope;
use tokio::sync::mpsc;

use crate::{Backend, agents::AgentStep, error::BackendError};

/// At once while the database is there. From the first step that could not be written on, the steps of this call wait in
/// line and the call goes on.
#[derive(Default)]
pub(super) struct AgentSteps {
    line: Option<mpsc::UnboundedSender<AgentStep>>,
}

impl AgentSteps {
    pub async fn take(&mut self, backend: &Backend, scope: TenantScope, call: CallId, step: AgentStep) {
        if self.line.is_none() {
            match backend.try_agent_of_call(scope, call, step).await {
                Ok(()) => return,
                Err(BackendError::Unavailable) => {}
                Err(error) => {
                    tracing::error!(%call, agent = %step.agent, %error, "the agent of a call could not be updated");
                    return;
                }
            }
        }
        let line = self.line.get_or_insert_with(|| {
            let (sender, steps) = mpsc::unbounded_channel();
            backend.finishing().spawn(catch_up(backend.clone(), scope, call, steps));
            sender
        });
        if line.send(step).is_err() {
            tracing::error!(%call, agent = %step.agent, "what a call does to its agent was lost");
        }
    }
}

/// Ends when the call has ended and all is written.
async fn catch_up(backend: Backend, scope: TenantScope, call: CallId, mut steps: mpsc::UnboundedReceiver<AgentStep>) {
    let _unfinished = backend.calls().unfinished(call);
    while let Some(step) = steps.recv().await {
        backend.agent_of_call(scope, step.agent, call, step.fence, step.next).await;
    }
}
