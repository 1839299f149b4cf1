//! All who ask for a lead at the same time are served in one transaction: whoever comes while nobody is served serves all who
//! wait by then.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use storage::{
    StorageError, TenantScope,
    worklist::{Ask, Candidate, Given},
};
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::next::{Asking, PassedOver};
use crate::{Backend, clock, error::BackendError};

/// Where agents ask for leads. No tenant waits for another.
#[derive(Default)]
pub(crate) struct Counters(Mutex<HashMap<TenantScope, Arc<Counter>>>);

#[derive(Default)]
struct Counter {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

/// What one is told: what they are given, and what was passed over for them.
type Answer = (Given, PassedOver);

struct Waiting {
    asking: Arc<Asking>,
    passed: PassedOver,
    answer: oneshot::Sender<Answer>,
}

impl Counters {
    fn of(&self, scope: TenantScope) -> Arc<Counter> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(scope).or_default())
    }
}

impl Counter {
    fn wait(&self, asking: Arc<Asking>, passed: PassedOver) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { asking, passed, answer });
        answered
    }

    /// All but those who have gone away.
    fn all(&self) -> Vec<Waiting> {
        let mut all = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        all.retain(|one| !one.answer.is_closed());
        all
    }
}

impl Backend {
    /// `Lost` also when the one who served all went away or failed in the middle: nothing was given then.
    pub(super) async fn served_together(
        &self,
        scope: TenantScope,
        asking: &Arc<Asking>,
        passed: PassedOver,
    ) -> Result<Answer, BackendError> {
        let counter = self.counters().of(scope);
        let mut answered = counter.wait(Arc::clone(asking), passed.clone());
        let turn = counter.turn.lock().await;
        let answer = match answered.try_recv() {
            Err(TryRecvError::Empty) => {
                self.serve(scope, counter.all()).await?;
                answered.try_recv()
            }
            answer => answer,
        };
        drop(turn);
        Ok(answer.unwrap_or((Given::Lost, passed)))
    }

    async fn serve(&self, scope: TenantScope, all: Vec<Waiting>) -> Result<(), BackendError> {
        let Some(terms) = all.first().map(|one| one.asking.terms()) else { return Ok(()) };
        let now = clock::now();
        let (askings, mut told): (Vec<_>, Vec<_>) =
            all.into_iter().map(|one| (one.asking, (one.passed, one.answer))).unzip();
        let mut rules: Vec<_> = askings
            .iter()
            .zip(&mut told)
            .map(|(asking, (passed, _))| move |row: &Candidate| asking.may_have(row, passed, now))
            .collect();
        let mut asks: Vec<Ask<'_>> = askings.iter().zip(&mut rules).map(|(asking, rule)| asking.ask(rule)).collect();
        let given = match storage::worklist::hand_out(self.store(), scope, &mut asks, terms, now).await {
            Err(StorageError::Conflict { .. }) => return Ok(()),
            given => given?,
        };
        drop(asks);
        drop(rules);
        for ((passed, answer), given) in told.into_iter().zip(given) {
            // Who went away in the meantime holds the lead until the lease ends, as when they close the page.
            let _ = answer.send((given, passed));
        }
        Ok(())
    }
}
