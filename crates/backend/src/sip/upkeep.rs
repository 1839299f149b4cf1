//! Registrations of ours and whether trunks are there, kept up while the settings say so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use ::sip::{Endpoint, Enrolment, Registered};
use domain::{ids::TrunkId, time::UnixMillis};
use storage::TenantScope;
use tokio_util::sync::CancellationToken;
use wire::sip::TrunkState;

use super::{
    directory::{Directory, Extension, SipRow, Trunk},
    events, locked, usage,
};
use crate::{Backend, clock, error::BackendError};

/// What we ask a registrar for.
const REGISTER_FOR_S: u32 = 600;
/// After a failure, growing to the other.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// States of trunks, by what their tasks find out.
#[derive(Default)]
pub(super) struct Upkeep {
    pub states: HashMap<TrunkId, TrunkState>,
    running: Option<CancellationToken>,
}

impl super::SipService {
    fn note(&self, trunk: TrunkId, change: impl FnOnce(&mut TrunkState)) {
        let mut upkeep = locked(&self.0.upkeep);
        let state = upkeep.states.entry(trunk).or_default();
        state.checked_at_ms = Some(clock::now());
        change(state);
    }

    pub(super) fn state(&self, trunk: &Trunk, now: UnixMillis) -> TrunkState {
        let known = locked(&self.0.upkeep).states.get(&trunk.id).cloned().unwrap_or_default();
        let used = self.meter().usage(trunk.id, now);
        let spent = trunk.settings.limits.spent(used);
        TrunkState {
            calls_now: used.calls_now,
            minutes_today: used.minutes_today,
            spent_today: u32::try_from(spent).unwrap_or(u32::MAX),
            ..known
        }
    }
}

impl Backend {
    /// Reads trunks and telephones of all tenants, and begins anew with what is kept up for them.
    pub(crate) async fn read_sip(&self) -> Result<(), BackendError> {
        let mut directory = Directory::default();
        for tenant in storage::tenants::all(self.store()).await? {
            let scope = TenantScope::system(tenant.id);
            let (row, secrets): (SipRow, _) = self.sip_row(scope).await?;
            for one in &row.trunks {
                let password = secrets.get(&one.id.to_string()).cloned().unwrap_or_default();
                directory.trunks.extend(Trunk::read(tenant.id, one, password));
            }
            for one in row.extensions {
                let password = secrets.get(&one.id.to_string()).cloned().unwrap_or_default();
                let extension = Extension {
                    tenant: tenant.id,
                    id: one.id,
                    username: one.username.clone(),
                    user: one.user_id,
                    password,
                };
                directory.extensions.insert(one.username, extension);
            }
            for (trunk, minutes) in storage::sip_usage::of_day(self.store(), scope, usage::today(clock::now())).await? {
                self.sip().meter().restore(trunk, usage::today(clock::now()), minutes);
            }
        }
        if !directory.is_empty()
            && let Some(events) = self.sip().listen().await
        {
            tokio::spawn(events::follow(self.clone(), events));
        }
        if let Ok(endpoint) = self.sip().endpoint() {
            for trunk in &mut directory.trunks {
                trunk.resolve(&endpoint).await;
            }
        }
        let directory = Arc::new(directory);
        *locked(&self.sip().0.directory) = Arc::clone(&directory);
        self.keep_up(&directory);
        Ok(())
    }

    fn keep_up(&self, directory: &Directory) {
        let running = self.stopping().child_token();
        {
            let mut upkeep = locked(&self.sip().0.upkeep);
            if let Some(before) = upkeep.running.replace(running.clone()) {
                before.cancel();
            }
            let known = |id: &TrunkId| directory.trunks.iter().any(|trunk| trunk.id == *id && trunk.settings.enabled);
            upkeep.states.retain(|id, _| known(id));
        }
        let Ok(endpoint) = self.sip().endpoint() else { return };
        for trunk in directory.trunks.iter().filter(|trunk| trunk.settings.enabled) {
            if trunk.registers() {
                tokio::spawn(self.clone().register_with(endpoint.clone(), trunk.clone(), running.clone()));
            }
            if trunk.settings.keep_alive_s > 0 {
                tokio::spawn(self.clone().ask_trunk(endpoint.clone(), trunk.clone(), running.clone()));
            }
        }
    }

    async fn ask_trunk(self, endpoint: Endpoint, trunk: Trunk, running: CancellationToken) {
        let target = trunk.first_hop();
        loop {
            let answered = tokio::select! {
                answered = endpoint.ping(target) => answered,
                () = running.cancelled() => break,
            };
            self.sip().note(trunk.id, |state| match answered {
                Ok((_, took)) => {
                    state.reachable = Some(true);
                    state.round_trip_ms = u32::try_from(took.as_millis()).ok();
                    if state.registered != Some(false) {
                        state.problem = None;
                    }
                }
                Err(error) => {
                    state.reachable = Some(false);
                    state.round_trip_ms = None;
                    state.problem = Some(error.to_string());
                }
            });
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(trunk.settings.keep_alive_s.into())) => {}
                () = running.cancelled() => break,
            }
        }
    }

    async fn register_with(self, endpoint: Endpoint, trunk: Trunk, running: CancellationToken) {
        let Some(account) = &trunk.account else { return };
        let mut enrolment: Option<Enrolment> = None;
        let mut pause = FIRST_PAUSE;
        let mut failures = 0;
        loop {
            if enrolment.is_none() {
                match endpoint.enrol(account, &trunk.host, trunk.proxy.as_ref(), failures).await {
                    Ok(ready) => enrolment = Some(ready),
                    Err(error) => self.sip().note(trunk.id, |state| {
                        state.registered = Some(false);
                        state.problem = Some(error.to_string());
                    }),
                }
            }
            let outcome = match &mut enrolment {
                Some(ready) => tokio::select! {
                    outcome = ready.register(REGISTER_FOR_S) => Some(outcome),
                    () = running.cancelled() => None,
                },
                None => None,
            };
            let wait = match &outcome {
                Some(Registered::Yes { seconds }) => {
                    pause = FIRST_PAUSE;
                    // At three quarters of the time, so that one lost message does no harm.
                    Duration::from_secs(u64::from(*seconds) * 3 / 4).max(Duration::from_secs(5))
                }
                Some(Registered::Refused { .. } | Registered::Unreachable { .. }) | None => {
                    enrolment = None;
                    failures += 1;
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    wait
                }
            };
            if let Some(outcome) = outcome {
                self.sip().note(trunk.id, |state| {
                    let problem = match outcome {
                        Registered::Yes { .. } => None,
                        Registered::Refused { status: 401 | 403 | 407 } => {
                            Some("the registrar does not accept user name and password".to_owned())
                        }
                        Registered::Refused { status } => Some(format!("the registrar refused ({status})")),
                        Registered::Unreachable { reason } => Some(reason),
                    };
                    state.registered = Some(problem.is_none());
                    state.problem = problem;
                });
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = running.cancelled() => {
                    // Best effort: the registrar forgets by itself too.
                    if let Some(mut ready) = enrolment {
                        let _ = tokio::time::timeout(Duration::from_secs(1), ready.register(0)).await;
                    }
                    break;
                }
            }
        }
    }
}

/// Shared with the tasks.
pub(super) type Shared = Mutex<Upkeep>;
