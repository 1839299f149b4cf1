//! Callers who are passed on by their trunk (REFER out), so that it and not we carry the call to its end.

use std::time::Duration;

use ::sip::CallKey;
use domain::{
    call::{CallEvent, Party},
    ids::CallId,
    phone_number::E164,
    trunk::{PassingNews, PassingOn, may_dial},
};

use super::{
    SipService,
    directory::Trunk,
    legs::{SentOn, Whose},
};
use crate::{Backend, clock};

/// A trunk that has joined its calls ends those with us by itself; after this we do.
const TO_HANG_UP: Duration = Duration::from_secs(2);

/// The number as its trunk reads it.
fn address(to: &E164, trunk: &Trunk) -> String {
    let settings = &trunk.settings;
    format!("sip:{}@{}", settings.number_format.write(to, &settings.country, &settings.prefix), trunk.domain())
}

impl SipService {
    /// The caller's dialog of a call and its trunk, if that passes calls on in this way.
    fn passes_on(&self, call: CallId, how: PassingOn) -> Option<(CallKey, Trunk)> {
        let (key, trunk) = {
            let legs = self.legs();
            let (key, leg) = legs.iter().find(|(_, leg)| {
                leg.call == call && leg.whose == Whose::Party(Party::Customer) && leg.attached && leg.sent_on.is_none()
            })?;
            (*key, leg.trunk?)
        };
        let directory = self.directory();
        let trunk =
            directory.trunk(trunk).filter(|trunk| trunk.settings.enabled && trunk.settings.passing_on == how)?;
        Some((key, trunk.clone()))
    }

    fn set_sent_on(&self, caller: CallKey, sent_on: Option<SentOn>) {
        if let Some(leg) = self.legs().get_mut(&caller) {
            leg.sent_on = sent_on;
        }
    }

    /// Whether a trunk works on the transfer that is known by this key.
    pub(super) fn is_passed_on(&self, key: CallKey) -> bool {
        let of_key = |sent_on| matches!(sent_on, SentOn::Called { known_as, .. } if known_as == key);
        self.legs().values().any(|leg| leg.sent_on.is_some_and(of_key))
    }

    /// Has the caller's trunk call the number of a transfer. `None` when it does not: then we call.
    pub(super) async fn pass_on(&self, call: CallId, attempt: u32, to: &E164) -> Option<CallKey> {
        let (caller, trunk) = self.passes_on(call, PassingOn::Refer)?;
        if let Err(refusal) = may_dial(to, &trunk.settings.limits, self.meter().usage(trunk.id, clock::now())) {
            tracing::info!(%call, trunk = %trunk.settings.name, %refusal, "a caller is not passed on by the trunk");
            return None;
        }
        let endpoint = self.endpoint().ok()?;
        let known_as = CallKey(clock::new_uuid());
        // Before it is asked: its news may come before its answer.
        self.set_sent_on(caller, Some(SentOn::Called { attempt, known_as }));
        let asked = endpoint.refer(caller, &address(to, &trunk), None).await;
        if let Err(error) = asked {
            tracing::warn!(%call, trunk = %trunk.settings.name, %error, "the trunk does not pass a caller on; we call");
            self.set_sent_on(caller, None);
            return None;
        }
        tracing::info!(%call, trunk = %trunk.settings.name, "the trunk was asked to pass a caller on");
        Some(known_as)
    }

    /// The number of a transfer has answered: has the trunk join it with the caller, if it carries both and is to. When it
    /// does not, we go on carrying them.
    pub(super) async fn join(&self, call: CallId, with: CallKey, to: &E164) {
        let Some((caller, trunk)) = self.passes_on(call, PassingOn::ReferAnswered) else { return };
        if self.legs().get(&with).is_none_or(|leg| leg.trunk != Some(trunk.id)) {
            return;
        }
        let Ok(endpoint) = self.endpoint() else { return };
        self.set_sent_on(caller, Some(SentOn::Joined { with }));
        match endpoint.refer(caller, &address(to, &trunk), Some(with)).await {
            Ok(()) => tracing::info!(%call, trunk = %trunk.settings.name, "the trunk was asked to join two calls"),
            Err(error) => {
                tracing::warn!(%call, trunk = %trunk.settings.name, %error, "the trunk does not join two calls");
                self.set_sent_on(caller, None);
            }
        }
    }
}

impl Backend {
    /// News of a caller whom the trunk was asked to pass on.
    pub(super) fn passing_on_progressed(&self, caller: CallKey, status: u16, is_final: bool) {
        let told = self.sip().legs().get(&caller).and_then(|leg| Some((leg.call, leg.sent_on?)));
        let Some((call, sent_on)) = told else { return };
        let news = PassingNews::of(status, is_final);
        if news == PassingNews::UnderWay {
            return;
        }
        tracing::info!(%call, status, "the trunk has passed a caller on, or has not");
        self.sip().set_sent_on(caller, None);
        match (sent_on, news) {
            (SentOn::Called { attempt, .. }, PassingNews::Done) => {
                self.calls().event(call, CallEvent::TransferAnswered { attempt });
                self.let_go(vec![caller]);
            }
            (SentOn::Called { attempt, .. }, PassingNews::Failed { reason }) => {
                self.calls().event(call, CallEvent::TransferFailed { attempt, reason });
            }
            (SentOn::Joined { with }, PassingNews::Done) => self.let_go(vec![caller, with]),
            (SentOn::Joined { .. }, PassingNews::Failed { .. }) | (_, PassingNews::UnderWay) => {}
        }
    }

    pub(super) fn let_go(&self, dialogs: Vec<CallKey>) {
        let Ok(endpoint) = self.sip().endpoint() else { return };
        tokio::spawn(async move {
            tokio::time::sleep(TO_HANG_UP).await;
            for dialog in dialogs {
                endpoint.hang_up(dialog).await;
            }
        });
    }
}
