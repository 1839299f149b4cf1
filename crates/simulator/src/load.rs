//! Load: many customers at once on a simulated Twilio account, agents who answer them, and figures of what came of it.

mod check;
mod crew;
mod figures;
mod observer;

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::Instant};

use crate::{
    customer::CustomerScript,
    twilio::{CallOutcome, PlaceError, SimulatedTwilio},
};
pub use check::{CallCheck, Lines, check};
pub use crew::Crew;
pub use figures::{LoadReport, Spread};
pub use observer::{KeptCall, Observer, ObserverError};

#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// The number of the account that is called.
    pub number: String,
    /// One call each; a script may be there several times under different numbers.
    pub customers: Vec<Arc<CustomerScript>>,
    /// From one call to the next.
    pub every: Duration,
    /// Calls that last longer are hung up by their customers and count as unfinished.
    pub deadline: Duration,
}

impl LoadPlan {
    /// `count` customers with these scripts in turn, calling from numbers that nobody has.
    pub fn of(number: &str, scripts: &[Arc<CustomerScript>], count: usize) -> Self {
        let customers = scripts
            .iter()
            .cycle()
            .take(count)
            .enumerate()
            .map(|(n, script)| script.calling_from(&format!("+9198000{:05}", 20_000 + n)))
            .collect();
        Self {
            number: number.to_owned(),
            customers,
            every: Duration::from_millis(200),
            deadline: Duration::from_secs(240),
        }
    }
}

/// Figures, and the calls that they were made of.
#[derive(Debug)]
pub struct LoadRun {
    pub report: LoadReport,
    pub outcomes: Vec<Arc<CallOutcome>>,
}

/// Places all calls and waits for their ends.
pub async fn run(simulator: &SimulatedTwilio, plan: &LoadPlan) -> Result<LoadRun, PlaceError> {
    let began = Instant::now();
    let mut calls: JoinSet<(Option<Arc<CallOutcome>>, bool)> = JoinSet::new();
    for (n, customer) in plan.customers.iter().enumerate() {
        tokio::time::sleep_until(began + plan.every * u32::try_from(n).unwrap_or(u32::MAX)).await;
        let call = simulator.place_inbound_call(&customer.number, &plan.number, Arc::clone(customer))?;
        let deadline = plan.deadline;
        calls.spawn(async move {
            if let Ok(outcome) = tokio::time::timeout(deadline, call.outcome()).await {
                return (outcome, true);
            }
            call.hang_up();
            (call.outcome().await, false)
        });
    }
    let ended = calls.join_all().await;
    let report = LoadReport::of(&ended, began.elapsed());
    Ok(LoadRun { report, outcomes: ended.into_iter().filter_map(|(outcome, _)| outcome).collect() })
}
