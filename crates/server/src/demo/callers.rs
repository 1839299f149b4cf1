//! Who calls in a demo, and when.

use std::{sync::Arc, time::Duration};

use backend::Backend;
use simulator::{
    customer::{CustomerScript, ScriptError},
    twilio::{Destination, SimulatedTwilio},
};
use tokio_util::sync::CancellationToken;

/// The agent has a moment between two calls.
const BREATH: Duration = Duration::from_secs(4);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Whoever is called in the demo picks up and wants no more calls.
pub(super) fn whoever_is_called() -> Result<Destination, ScriptError> {
    Ok(Destination::person(CustomerScript::not_interested()?))
}

/// The customer of the n-th call.
fn customer(n: usize) -> Result<Arc<CustomerScript>, ScriptError> {
    if n.is_multiple_of(2) { CustomerScript::asha() } else { CustomerScript::rohan() }
}

/// Places a call whenever the agent has been free for a moment and nobody waits.
pub(super) async fn run(
    backend: Backend,
    carrier: Arc<SimulatedTwilio>,
    number: String,
    agent_email: String,
    stop: CancellationToken,
) {
    let mut placed = 0;
    let mut free_for = Duration::ZERO;
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => break,
        }
        let free = backend.is_agent_free(&agent_email).await;
        free_for = if free { free_for + LOOK_EVERY } else { Duration::ZERO };
        if free_for < BREATH {
            continue;
        }
        free_for = Duration::ZERO;
        let script = match customer(placed) {
            Ok(script) => script,
            Err(error) => {
                tracing::error!(%error, "a demo customer has no script");
                break;
            }
        };
        let from = script.number.clone();
        match carrier.place_inbound_call(&from, &number, script) {
            Ok(call) => tracing::info!(sid = call.sid(), "a SIMULATED customer calls"),
            Err(error) => tracing::error!(%error, "a demo customer cannot call"),
        }
        placed += 1;
    }
}
