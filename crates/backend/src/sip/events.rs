//! What SIP reports, told to the calls.

use ::sip::{Answered, CallKey, Event};
use domain::{
    call::{CallEvent, DialFailure, Party, ProviderEnd},
    ids::CallId,
    trunk::outcome,
};
use storage::TenantScope;
use tokio::sync::mpsc;

use super::legs::Whose;
use crate::{Backend, clock};

/// Runs until signalling or the server ends.
pub(super) async fn follow(backend: Backend, mut events: mpsc::UnboundedReceiver<Event>) {
    loop {
        tokio::select! {
            event = events.recv() => match event {
                // Each beside the others: what waits for the database holds up no other call. What belongs to one call comes
                // from one dialog, which waits for its answers.
                Some(event) => drop(tokio::spawn(backend.clone().sip_event(event))),
                None => break,
            },
            () = backend.stopping().cancelled() => break,
        }
    }
}

const fn failed(party: Party, reason: DialFailure) -> CallEvent {
    match party {
        Party::Customer => CallEvent::CustomerFailed { reason },
        Party::Outside { attempt } => CallEvent::TransferFailed { attempt, reason },
        // Trunks have no conference.
        Party::Telephone { .. } => CallEvent::ProviderEnded { party, status: ProviderEnd::Failed },
    }
}

impl Backend {
    async fn sip_event(self, event: Event) {
        match event {
            Event::Knocked(knock) => {
                let admitted = self.sip().admit(&knock.identity);
                // The caller has given up waiting when this fails.
                drop(knock.reply.send(admitted));
            }
            Event::Invited(invitation) => self.sip_invited(*invitation).await,
            Event::Progress { call, status, body } => self.sip_progress(call, status, &body).await,
            Event::Answered(answered) => self.sip_answered(answered).await,
            Event::Refused { call, status, reason } => self.sip_refused(call, status, &reason).await,
            Event::Acknowledged { call, body } => self.sip_acknowledged(call, &body).await,
            Event::Reoffered(reoffer) => {
                let answer = self.sip().reanswer(reoffer.call, &reoffer.body).await;
                // The other side has given up waiting when this fails.
                let _ = reoffer.reply.send(answer);
            }
            Event::Referred(referral) => self.sip_referred(*referral).await,
            Event::ReferProgress { call, status, is_final } => {
                self.passing_on_progressed(call, status, is_final);
            }
            Event::Keys { call, digits } => self.sip_keys(call, &digits),
            Event::Ended { call, by_us } => self.sip_ended(call, by_us).await,
            Event::Register(register) => self.sip_register(*register).await,
        }
    }

    async fn sip_progress(&self, key: CallKey, status: u16, body: &[u8]) {
        if status < 180 {
            return;
        }
        let told = self.sip().legs().get_mut(&key).map(|leg| {
            // One that moves, or was answered in the meantime, has none.
            let rings = leg.attempt.as_mut().map(|attempt| attempt.progressed = true).is_some();
            (leg.call, leg.whose, leg.leg, rings, leg.instead)
        });
        let Some((call, whose, leg, rings, instead)) = told else { return };
        if let Some(instead) = instead {
            return self.tell_referrer(instead.of, status);
        }
        if whose != Whose::Party(Party::Customer) || !rings {
            return;
        }
        let early = !body.is_empty() && self.hears_early(key, call, body).await;
        let happened = if early { CallEvent::EarlySound { leg } } else { CallEvent::CustomerRinging };
        self.calls().event(call, happened);
    }

    /// Sound comes before the answer; false when it cannot be used.
    async fn hears_early(&self, key: CallKey, call: CallId, body: &[u8]) -> bool {
        let accepted = self.sip().accept(key, body).await;
        if let Err(error) = &accepted {
            tracing::info!(%call, %error, "sound before the answer cannot be used");
        }
        if let Some(leg) = self.sip().legs().get_mut(&key).filter(|_| accepted.is_ok()) {
            leg.early = true;
        }
        accepted.is_ok()
    }

    async fn sip_answered(&self, answered: Answered) {
        let key = answered.call;
        let early = self.sip().legs().get(&key).is_some_and(|leg| leg.early);
        // What was agreed on before the answer, acknowledged in its own right, need not be said again (RFC 3262 section 5).
        let said_before = early && answered.body.is_empty();
        let accepted = if said_before { Ok(()) } else { self.sip().accept(key, &answered.body).await };
        let told = self.sip().legs().get_mut(&key).map(|leg| {
            let called = leg.attempt.take().map(|attempt| attempt.to);
            (leg.call, leg.whose, leg.leg, leg.instead, called)
        });
        let Some((call, whose, leg, instead, called)) = told else {
            // It was given up while the answer was on its way.
            if let Ok(endpoint) = self.sip().endpoint() {
                endpoint.hang_up(key).await;
            }
            return;
        };
        self.sip().meter().answered(key, clock::now());
        if let Err(error) = accepted {
            tracing::warn!(%call, %error, "the answer to a SIP call cannot be used; it is hung up");
            match (whose, instead) {
                (_, Some(instead)) => self.tell_referrer(instead.of, 488),
                (Whose::Party(party), None) => drop(self.calls().event(call, failed(party, DialFailure::Failed))),
                (Whose::Phone { .. } | Whose::Consult { .. }, None) => {}
            }
            if let Ok(endpoint) = self.sip().endpoint() {
                endpoint.hang_up(key).await;
            }
            return;
        }
        let party = match whose {
            Whose::Party(party) => party,
            Whose::Phone { agent, session, fence } => return self.phone_answered(key, agent, session, fence).await,
            // It has come in.
            Whose::Consult { .. } => return,
        };
        if let Some(leg) = self.sip().legs().get_mut(&key) {
            leg.attached = true;
        }
        if let Some(instead) = instead {
            return self.moved(key, call, leg, instead.of).await;
        }
        self.calls().take_leg(leg, call);
        let happened = match party {
            Party::Customer => CallEvent::CustomerAnswered,
            Party::Outside { attempt } => CallEvent::TransferAnswered { attempt },
            Party::Telephone { attempt } => CallEvent::TelephoneAccepted { attempt },
        };
        self.calls().event(call, happened);
        if !self.calls().event(call, CallEvent::CarrierAttached { party, leg })
            && let Ok(endpoint) = self.sip().endpoint()
        {
            endpoint.hang_up(key).await;
            return;
        }
        if let (Party::Outside { .. }, Some(called)) = (party, called)
            && !self.sip().is_consulted(call)
        {
            self.sip().join(call, key, &called).await;
        }
    }

    async fn sip_refused(&self, key: CallKey, status: u16, reason: &str) {
        let told = self.sip().legs().get(&key).map(|leg| (leg.call, leg.whose, leg.instead));
        let (call, party) = match told {
            Some((call, _, Some(instead))) => return self.did_not_move(key, call, instead.of, status),
            Some((call, Whose::Party(party), None)) => (call, party),
            Some((call, Whose::Phone { agent, fence, .. }, None)) => {
                self.sip().legs().remove(&key);
                return self.phone_ended(call, agent, fence, Some(status));
            }
            Some((_, Whose::Consult { .. }, None)) | None => return,
        };
        tracing::info!(%call, status, reason, "a trunk did not connect a call");
        if self.sip().fail_over(key, status).await {
            return;
        }
        self.calls().event(call, failed(party, outcome(status).failure));
    }

    async fn sip_acknowledged(&self, key: CallKey, body: &[u8]) {
        let accepted = self.sip().accept(key, body).await;
        let told = self
            .sip()
            .legs()
            .get_mut(&key)
            .map(|leg| (std::mem::replace(&mut leg.attached, true), leg.call, leg.whose, leg.leg));
        let Some((before, call, Whose::Party(party), leg)) = told else { return };
        match accepted {
            Ok(()) if !before => drop(self.calls().event(call, CallEvent::CarrierAttached { party, leg })),
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%call, %error, "the answer to our offer cannot be used; the call is hung up");
                if let Ok(endpoint) = self.sip().endpoint() {
                    endpoint.hang_up(key).await;
                }
            }
        }
    }

    fn sip_keys(&self, key: CallKey, digits: &str) {
        let call = self.sip().legs().get(&key).map(|leg| leg.call);
        for digit in digits.chars().filter(|digit| matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')) {
            if let Some(call) = call {
                self.customer_pressed(call, digit);
            }
        }
    }

    async fn sip_ended(&self, key: CallKey, by_us: bool) {
        let ended = self.sip().legs().remove(&key);
        if let Some((tenant, trunk, day, minutes)) = self.sip().ended_on_trunk(key) {
            let scope = TenantScope::system(tenant);
            if let Err(error) = storage::sip_usage::put(self.store(), scope, trunk, day, minutes).await {
                tracing::warn!(%error, "what was used of a trunk could not be noted");
            }
        }
        if let Some(leg) = ended {
            tracing::info!(call = %leg.call, by_us, "a SIP call has ended");
            match leg.whose {
                // Its party goes on, or is to go on, by another.
                Whose::Party(_) if self.sip().has_heir(key) => {
                    self.calls().event(leg.call, CallEvent::CarrierLost { leg: leg.leg });
                }
                Whose::Party(party) => {
                    self.calls().event(leg.call, CallEvent::ProviderEnded { party, status: ProviderEnd::Completed });
                }
                Whose::Phone { agent, fence, .. } => self.phone_ended(leg.call, agent, fence, None),
                Whose::Consult { agent } => drop(self.calls().event(leg.call, CallEvent::TransferCancelled { agent })),
            }
        }
    }
}
