//! Two dialogs that are both here and that their owner wants joined (REFER with Replaces, RFC 3891).

use ::sip::CallKey;
use domain::{
    call::{CallEvent, Customer, Party, ProviderEnd},
    ids::{CallId, LegId},
    pii::Personal,
    trunk::{Join, Role, Stands, join},
};

use super::{
    SipService,
    inbound::Refused,
    legs::{Instead, Leg, Whose},
};
use crate::Backend;

/// A customer and where they were.
struct Moved {
    customer: CallKey,
    leg: LegId,
    /// What the customer's dialog had come in place of before.
    instead: Option<Instead>,
}

impl SipService {
    fn stands(&self, key: CallKey) -> Option<Stands> {
        let legs = self.legs();
        let leg = legs.get(&key).filter(|leg| leg.attached)?;
        let role = match leg.whose {
            Whose::Party(Party::Customer) => Role::Customer,
            Whose::Party(Party::Outside { .. }) => Role::Outside,
            Whose::Party(Party::Telephone { .. }) => return None,
            Whose::Phone { .. } => Role::Agent,
            Whose::Consult { .. } => Role::Consult,
        };
        Some(Stands { call: leg.call, role })
    }

    /// Both are of one trunk, or of one telephone.
    fn have_one_owner(&self, one: CallKey, other: CallKey) -> bool {
        let legs = self.legs();
        let owner = |key| {
            legs.get(&key).map(|leg: &Leg| match leg.whose {
                Whose::Phone { agent, .. } | Whose::Consult { agent } => (None, Some(agent)),
                Whose::Party(_) => (leg.trunk, None),
            })
        };
        owner(one).is_some_and(|owner| owner != (None, None)) && owner(one) == owner(other)
    }

    /// The customer of `from` belongs to `to` from now on, in place of whoever has called there.
    fn take_over(&self, from: CallId, to: CallId, called: CallKey) -> Option<Moved> {
        let mut legs = self.legs();
        let first = legs.get(&called)?.instead.map_or(called, |before| before.first);
        let is_theirs = |leg: &Leg| leg.call == from && leg.attached && leg.whose == Whose::Party(Party::Customer);
        let (customer, leg) = legs.iter_mut().find(|(_, leg)| is_theirs(leg))?;
        leg.call = to;
        let instead = leg.instead.replace(Instead { first, of: called });
        Some(Moved { customer: *customer, leg: leg.leg, instead })
    }
}

impl Backend {
    /// # Errors
    /// The two cannot be joined, or not any more; both go on as they are.
    pub(super) async fn join_dialogs(&self, asked_by: CallKey, other: CallKey) -> Result<CallId, Refused> {
        let gone = Refused(481, "one of the two calls is over");
        let sip = self.sip();
        let (Some(one), Some(two)) = (sip.stands(asked_by), sip.stands(other)) else { return Err(gone) };
        if !sip.have_one_owner(asked_by, other) || sip.has_heir(asked_by) || sip.has_heir(other) {
            return Err(gone);
        }
        let wanted = join(one, two).map_err(|error| {
            tracing::info!(dialog = %asked_by, %error, "two calls that are here are not joined");
            Refused(603, "the two calls cannot be joined")
        })?;
        let call = match wanted {
            Join::Leave { call } => self.leave_to_number(call, asked_by, other).await.map(|()| call),
            Join::Move { from, to } => {
                let (outside, called) = if one.call == from { (asked_by, other) } else { (other, asked_by) };
                self.move_customer((from, outside), (to, called)).await.map(|()| to)
            }
        }?;
        self.tell_referrer(asked_by, 200);
        self.let_go(vec![asked_by, other]);
        Ok(call)
    }

    /// The agent leaves their customer to the number with which they have spoken.
    async fn leave_to_number(&self, call: CallId, one: CallKey, other: CallKey) -> Result<(), Refused> {
        // From now on their ends say nothing of the call.
        let lines = [one, other].map(|key| self.sip().legs().remove(&key).map(|leg| (key, leg)));
        let agent = lines.iter().flatten().find_map(|(_, leg)| match leg.whose {
            Whose::Phone { agent, .. } | Whose::Consult { agent } => Some(agent),
            Whose::Party(_) => None,
        });
        let Some(agent) = agent else { return Err(Refused(481, "one of the two calls is over")) };
        if let Err(error) = self.calls().ask(call, CallEvent::ConsultJoined { agent }).await {
            tracing::info!(%call, %error, "a telephone cannot leave its call to a number");
            self.sip().legs().extend(lines.into_iter().flatten());
            return Err(Refused(603, "nobody has answered there"));
        }
        Ok(())
    }

    /// The customer whom `outside` has stands in the place of `called` from now on.
    async fn move_customer(
        &self,
        (from, outside): (CallId, CallKey),
        (to, called): (CallId, CallKey),
    ) -> Result<(), Refused> {
        let gone = Refused(481, "one of the two calls is over");
        let with = self.calls().live(from).await;
        let Some(Moved { customer, leg, instead }) = self.sip().take_over(from, to, called) else { return Err(gone) };
        // From now on their ends say nothing of the calls.
        let lines = [outside, called].map(|key| self.sip().legs().remove(&key).map(|leg| (key, leg)));
        if let Err(error) = self.calls().ask(from, CallEvent::CustomerMoved { to }).await {
            tracing::info!(call = %from, %error, "a caller cannot be moved to another call");
            let mut legs = self.sip().legs();
            legs.extend(lines.into_iter().flatten());
            if let Some(leg) = legs.get_mut(&customer) {
                (leg.call, leg.instead) = (from, instead);
            }
            return Err(gone);
        }
        self.calls().add_leg(leg, to);
        let came = self.calls().ask(to, CallEvent::CustomerReplaced { from, leg }).await;
        if let Some(with) = with {
            let customer = Customer::of(&Personal::new(with.customer_number));
            self.calls().event(to, CallEvent::CustomerNamed { customer, lead: with.lead_id });
        }
        if let Err(error) = came {
            tracing::info!(call = %to, %error, "a caller came to a call that is over");
            if let Ok(endpoint) = self.sip().endpoint() {
                endpoint.hang_up(customer).await;
            }
        } else if !self.sip().legs().contains_key(&customer) {
            // They have hung up on the way.
            let (party, status) = (Party::Customer, ProviderEnd::Completed);
            self.calls().event(to, CallEvent::ProviderEnded { party, status });
        }
        Ok(())
    }
}
