//! What came of a load run, in numbers.

use std::{fmt, time::Duration};

use serde::Serialize;
use simulator::{
    agent::AgentReport,
    load::{CallCheck, LoadReport, Spread},
};
use wire::calls::CallRow;

use super::{LoadPlan, waits};

/// The server's process while the calls ran.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ServerFigures {
    pub cpu_s_per_call_minute: f64,
    /// Of one core, over the whole run.
    pub cpu_share: f64,
    /// Proportional set size after the last analysis.
    pub memory_mb: Option<f64>,
}

impl ServerFigures {
    pub(super) fn new(cpu_s: f64, call_minutes: f64, took: Duration) -> Self {
        Self {
            cpu_s_per_call_minute: cpu_s / call_minutes.max(f64::MIN_POSITIVE),
            cpu_share: cpu_s / took.as_secs_f64(),
            memory_mb: None,
        }
    }

    pub(super) const fn with_memory(self, memory_mb: Option<f64>) -> Self {
        Self { memory_mb, ..self }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    pub agents: u32,
    pub customers: LoadReport,
    /// Greeting, queue and ringing.
    pub wait: Spread,
    /// From the agent's key to the server's yes.
    pub answer: Spread,
    /// Rows of calls that the server has.
    pub known: usize,
    pub stored: usize,
    /// As long as the talk, without a hole, with every line of both sides.
    pub whole: usize,
    pub analysed: usize,
    /// Calls in which each side heard every line of the other.
    pub heard: usize,
    pub dispositions: u32,
    /// Calls whose recording is stored, as long as the talk, with one hole at most: what is to be had when the server was killed.
    pub kept: usize,
    pub killed: bool,
    pub largest_hole_ms: u64,
    pub largest_length_difference_ms: u64,
    pub worst_mos: Option<f32>,
    /// Of packets from the agents' devices.
    pub worst_loss: f32,
    pub server: Option<ServerFigures>,
    /// What virtual agents could not do.
    pub problems: Vec<String>,
    pub calls: Vec<CallCheck>,
}

impl Figures {
    pub(super) fn of(
        plan: &LoadPlan,
        customers: LoadReport,
        rows: &[CallRow],
        calls: Vec<CallCheck>,
        agents: &[AgentReport],
        server: Option<ServerFigures>,
    ) -> Self {
        let count = |is_it: fn(&CallCheck) -> bool| calls.iter().filter(|call| is_it(call)).count();
        let answers = agents.iter().flat_map(|agent| &agent.calls).map(|call| call.answer_took_ms);
        let mos = calls.iter().flat_map(|call| [call.worst_agent_mos, call.worst_customer_mos]).flatten();
        Self {
            agents: plan.agents,
            customers,
            wait: waits(rows),
            answer: Spread::of(answers.collect()),
            known: rows.len(),
            stored: count(|call| call.stored),
            whole: count(CallCheck::is_whole),
            analysed: count(|call| call.analysed),
            heard: count(CallCheck::is_heard),
            kept: count(CallCheck::is_kept),
            killed: plan.kill_after.is_some(),
            largest_hole_ms: calls.iter().map(|call| call.hole_ms).max().unwrap_or(0),
            dispositions: agents.iter().map(|agent| agent.dispositions).sum(),
            largest_length_difference_ms: calls
                .iter()
                .map(|call| call.talk_ms.abs_diff(call.recorded_ms))
                .max()
                .unwrap_or(0),
            worst_mos: mos.reduce(f32::min),
            worst_loss: calls.iter().map(|call| call.agent_loss).reduce(f32::max).unwrap_or(0.0),
            server,
            problems: agents.iter().flat_map(|agent| agent.problems.clone()).collect(),
            calls,
        }
    }

    /// Every call was answered and ended in order, recorded whole (or kept, when the server was killed), analysed, and given its
    /// outcome.
    pub fn is_good(&self) -> bool {
        let all = self.customers.placed;
        let recorded = if self.killed { self.kept } else { self.whole };
        all > 0
            && [self.customers.completed, self.known, self.stored, recorded, self.analysed].iter().all(|n| *n == all)
            && self.dispositions as usize == all
            && self.problems.is_empty()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.customers.placed;
        writeln!(f, "{}", self.customers)?;
        writeln!(f, "agents signed in  {}", self.agents)?;
        writeln!(f, "wait for an agent {}", self.wait)?;
        writeln!(f, "answer            {}", self.answer)?;
        writeln!(f, "known             {} of {all}", self.known)?;
        writeln!(f, "stored            {} of {all}", self.stored)?;
        writeln!(
            f,
            "recorded whole    {} of {all} (at most {} ms off)",
            self.whole, self.largest_length_difference_ms
        )?;
        if self.killed {
            writeln!(f, "kept with a hole  {} of {all} (at most {} ms)", self.kept, self.largest_hole_ms)?;
        }
        writeln!(f, "analysed          {} of {all}", self.analysed)?;
        writeln!(f, "outcomes saved    {} of {all}", self.dispositions)?;
        writeln!(f, "heard every line  {} of {all}", self.heard)?;
        let mos = self.worst_mos.map_or_else(|| "not measured".to_owned(), |mos| format!("{mos:.2}"));
        writeln!(f, "worst second      MOS {mos}; worst loss {:.2} %", self.worst_loss * 100.0)?;
        if let Some(server) = &self.server {
            let memory = server.memory_mb.map_or_else(|| "?".to_owned(), |memory| format!("{memory:.0}"));
            writeln!(
                f,
                "server            {:.2} CPU seconds per call minute, {:.0} % of a core, {memory} MB",
                server.cpu_s_per_call_minute,
                server.cpu_share * 100.0
            )?;
        }
        for problem in &self.problems {
            writeln!(f, "problem           {problem}")?;
        }
        let recorded = |call: &CallCheck| if self.killed { call.is_kept() } else { call.is_whole() };
        let heard = |call: &CallCheck| self.killed || call.is_heard();
        for call in self.calls.iter().filter(|call| !recorded(call) || !call.analysed || !heard(call)) {
            writeln!(f, "not as it should  {call}")?;
        }
        Ok(())
    }
}
