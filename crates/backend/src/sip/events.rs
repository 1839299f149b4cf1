//! What SIP reports, told to the calls.

use ::sip::{Answered, CallKey, Event};
use domain::{
    call::{CallEvent, DialFailure, Party, ProviderEnd},
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
    }
}

impl Backend {
    async fn sip_event(self, event: Event) {
        match event {
            Event::Invited(invitation) => self.sip_invited(*invitation).await,
            Event::Progress { call, status, .. } => self.sip_progress(call, status),
            Event::Answered(answered) => self.sip_answered(answered).await,
            Event::Refused { call, status, reason } => self.sip_refused(call, status, &reason).await,
            Event::Acknowledged { call, body } => self.sip_acknowledged(call, &body).await,
            Event::Reoffered(reoffer) => {
                let answer = self.sip().reanswer(reoffer.call, &reoffer.body).await;
                // The other side has given up waiting when this fails.
                let _ = reoffer.reply.send(answer);
            }
            Event::Referred(referral) => {
                // A trunk that wants its caller elsewhere would have us call numbers of its choice.
                tracing::info!(call = %referral.call, "a trunk asked for a transfer; it was declined");
                // It has given up waiting when this fails.
                let _ = referral.reply.send(603);
            }
            Event::ReferProgress { call, status, is_final } => {
                tracing::info!(%call, status, is_final, "news of a call that was referred");
            }
            Event::Keys { call, digits } => self.sip_keys(call, &digits),
            Event::Ended { call, by_us } => self.sip_ended(call, by_us).await,
            Event::Register(register) => self.sip_register(*register).await,
        }
    }

    fn sip_progress(&self, key: CallKey, status: u16) {
        if status < 180 {
            return;
        }
        let told = self.sip().legs().get_mut(&key).map(|leg| {
            if let Some(attempt) = &mut leg.attempt {
                attempt.progressed = true;
            }
            (leg.call, leg.whose)
        });
        if let Some((call, Whose::Party(Party::Customer))) = told {
            self.calls().event(call, CallEvent::CustomerRinging);
        }
    }

    async fn sip_answered(&self, answered: Answered) {
        let key = answered.call;
        let accepted = self.sip().accept(key, &answered.body).await;
        let told = self.sip().legs().get_mut(&key).map(|leg| {
            leg.attempt = None;
            (leg.call, leg.whose, leg.leg)
        });
        let Some((call, whose, leg)) = told else {
            // It was given up while the answer was on its way.
            if let Ok(endpoint) = self.sip().endpoint() {
                endpoint.hang_up(key).await;
            }
            return;
        };
        self.sip().meter().answered(key, clock::now());
        if let Err(error) = accepted {
            tracing::warn!(%call, %error, "the answer to a SIP call cannot be used; it is hung up");
            if let Whose::Party(party) = whose {
                self.calls().event(call, failed(party, DialFailure::Failed));
            }
            if let Ok(endpoint) = self.sip().endpoint() {
                endpoint.hang_up(key).await;
            }
            return;
        }
        let party = match whose {
            Whose::Party(party) => party,
            Whose::Phone { agent, session, fence } => return self.phone_answered(key, agent, session, fence).await,
        };
        if let Some(leg) = self.sip().legs().get_mut(&key) {
            leg.attached = true;
        }
        self.calls().take_leg(leg, call);
        let happened = match party {
            Party::Customer => CallEvent::CustomerAnswered,
            Party::Outside { attempt } => CallEvent::TransferAnswered { attempt },
        };
        self.calls().event(call, happened);
        if !self.calls().event(call, CallEvent::CarrierAttached { party, leg })
            && let Ok(endpoint) = self.sip().endpoint()
        {
            endpoint.hang_up(key).await;
        }
    }

    async fn sip_refused(&self, key: CallKey, status: u16, reason: &str) {
        let told = self.sip().legs().get(&key).map(|leg| (leg.call, leg.whose));
        let (call, party) = match told {
            Some((call, Whose::Party(party))) => (call, party),
            Some((call, Whose::Phone { agent, fence, .. })) => {
                self.sip().legs().remove(&key);
                return self.phone_ended(call, agent, fence, Some(status));
            }
            None => return,
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
                Whose::Party(party) => {
                    self.calls().event(leg.call, CallEvent::ProviderEnded { party, status: ProviderEnd::Completed });
                }
                Whose::Phone { agent, fence, .. } => self.phone_ended(leg.call, agent, fence, None),
            }
        }
    }
}
