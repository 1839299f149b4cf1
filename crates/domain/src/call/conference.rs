//! A call whose sides meet in a conference at the carrier: agents and supervisors are called at telephones of their own.
//!
//! Who is to be called, who is to be let go, and what each hears follow from the state, as the room of the bridge does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    effect::{Effect, OfferEnd},
    event::ProviderEnd,
    facts::SoundPlace,
    state::{Call, CallStatus, EndReason, MonitorMode, Party, Phase, Recording},
    step::Turn,
};
use crate::ids::{LegId, MediaSessionId, UserId};

/// As what somebody sits in the conference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// Hears who is calling, and presses a key to take the call.
    Agent,
    Monitor,
}

/// A telephone that is called into the conference, or sits in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telephone {
    /// Counts the telephones of the call, so that a late report about one is not taken for the next.
    pub attempt: u32,
    pub user: UserId,
    pub seat: Seat,
    #[serde(default)]
    pub provider_call_id: Option<String>,
    /// The key was pressed.
    #[serde(default)]
    pub accepted: bool,
    #[serde(default)]
    pub joined: bool,
}

/// What one participant hears and who hears them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeatPlan {
    /// Hears music only, and is heard by nobody.
    pub hold: bool,
    pub muted: bool,
    /// Is heard by this participant only, who is named as the carrier names their telephone call.
    pub coaches: Option<String>,
}

/// What the carrier's recorder is to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recorder {
    Start,
    Pause,
    Resume,
    Stop,
}

/// Stands for the device of somebody who speaks by a telephone.
pub const fn telephone_session(user: UserId) -> MediaSessionId {
    MediaSessionId::new(user.as_uuid())
}

/// Stands for the connection of somebody in the conference.
fn leg_in_conference(call: &Call, party: Party) -> LegId {
    let nth = match party {
        Party::Customer => 0,
        Party::Outside { attempt } => u128::from(attempt),
        Party::Telephone { attempt } => u128::from(attempt) << 32,
    };
    LegId::new(uuid::Uuid::from_u128(call.facts.id.as_uuid().as_u128() ^ nth))
}

/// Who has to be in the conference by telephone.
fn wanted(call: &Call) -> Vec<(UserId, Seat)> {
    if call.facts.sound != SoundPlace::Conference || call.is_over() {
        return Vec::new();
    }
    let agents = call.desk().map(|desk| desk.agent).into_iter().chain(call.offer().map(|offer| offer.agent));
    let monitors = call.monitors.iter().map(|monitor| (monitor.user, Seat::Monitor));
    let mut wanted: Vec<_> = agents.map(|agent| (agent, Seat::Agent)).chain(monitors).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// The plan of everybody who is in the conference now, by the carrier's name of their telephone call.
pub fn seats(call: &Call) -> BTreeMap<Party, (String, SeatPlan)> {
    let mut seats = BTreeMap::new();
    if call.facts.sound != SoundPlace::Conference || call.is_over() {
        return seats;
    }
    // Whoever hears a message has been taken out of it.
    let sits = !matches!(call.phase, Phase::LeavingMessage { .. });
    if let (Some(_), Some(id)) = (call.line.leg().filter(|_| sits), &call.provider_call_id) {
        seats.insert(Party::Customer, (id.clone(), SeatPlan { hold: is_held(call), ..SeatPlan::default() }));
    }
    for telephone in call.telephones.iter().filter(|telephone| telephone.joined) {
        let Some(id) = telephone.provider_call_id.clone() else { continue };
        let plan = match telephone.seat {
            Seat::Agent => SeatPlan::default(),
            Seat::Monitor => monitor_plan(call, telephone.user),
        };
        seats.insert(Party::Telephone { attempt: telephone.attempt }, (id, plan));
    }
    seats
}

/// How somebody who monitors sits, also while their telephone is still being called.
pub fn monitor_plan(call: &Call, user: UserId) -> SeatPlan {
    let mode = call.monitors.iter().find(|monitor| monitor.user == user).map(|monitor| monitor.mode);
    let agent = call.desk().and_then(|desk| agent_telephone(call, desk.agent));
    match (mode, agent) {
        (Some(MonitorMode::Barge), _) => SeatPlan::default(),
        (Some(MonitorMode::Whisper), Some(agent)) => SeatPlan { coaches: Some(agent), ..SeatPlan::default() },
        // Without an agent to be heard by, a whisper would reach the customer.
        (Some(MonitorMode::Whisper | MonitorMode::Listen) | None, _) => SeatPlan { muted: true, ..SeatPlan::default() },
    }
}

fn agent_telephone(call: &Call, agent: UserId) -> Option<String> {
    let own = |telephone: &&Telephone| telephone.user == agent && telephone.seat == Seat::Agent && telephone.joined;
    call.telephones.iter().find(own)?.provider_call_id.clone()
}

/// Before the conference has begun the carrier plays music by itself; whoever is left alone in it later would hear nothing.
fn is_held(call: &Call) -> bool {
    match &call.phase {
        Phase::Talking { talk } => talk.held_since.is_some() || talk.transfer.is_some(),
        Phase::Queued { .. } | Phase::Offered { .. } => call.history.answered_at.is_some(),
        _ => false,
    }
}

/// Whether the carrier records, and has paused it.
pub(super) fn carrier_records(call: &Call) -> Option<bool> {
    match call.recording {
        _ if call.facts.sound != SoundPlace::Conference => None,
        Recording::Running => Some(false),
        Recording::Paused => Some(true),
        Recording::Off | Recording::Waiting | Recording::Finished | Recording::Failed { .. } => None,
    }
}

impl Turn {
    pub(super) fn telephone_mut(&mut self, attempt: u32) -> Option<&mut Telephone> {
        self.call.telephones.iter_mut().find(|telephone| telephone.attempt == attempt)
    }

    /// The agent is at their telephone already, and asks for the customer.
    pub(super) fn called_in(&mut self, user: UserId, provider_call_id: String) {
        self.call.telephones_called += 1;
        self.call.telephones.push(Telephone {
            attempt: self.call.telephones_called,
            user,
            seat: Seat::Agent,
            provider_call_id: Some(provider_call_id),
            accepted: true,
            joined: false,
        });
        self.effects.push(Effect::DialCustomer);
    }

    /// The agent pressed the key.
    pub(super) fn telephone_accepted(&mut self, attempt: u32) {
        let Some(telephone) = self.telephone_mut(attempt) else { return };
        if telephone.seat != Seat::Agent || std::mem::replace(&mut telephone.accepted, true) {
            return;
        }
        let user = telephone.user;
        let offered = self.call.offer().filter(|offer| offer.agent == user).map(|offer| offer.fence);
        match (offered, &self.call.phase) {
            (Some(fence), _) => self.offer_accepted(user, fence, telephone_session(user)),
            (None, Phase::Dialing { .. }) => self.effects.push(Effect::DialCustomer),
            (None, _) => {}
        }
    }

    pub(super) fn conference_joined(&mut self, party: Party, conference: &str, provider_call_id: &str) {
        if self.call.facts.sound != SoundPlace::Conference {
            return;
        }
        let known = !self.call.is_over()
            && match party {
                Party::Customer => true,
                Party::Outside { attempt } => self.outside_mut(attempt).is_some(),
                Party::Telephone { attempt } => self.telephone_mut(attempt).is_some(),
            };
        if !known {
            let provider_call_id = Some(provider_call_id.to_owned());
            self.effects.push(Effect::HangUpCarrier { party, provider_call_id, leg: None });
            return;
        }
        self.call.conference = Some(conference.to_owned());
        self.dialed(party, provider_call_id);
        match party {
            Party::Customer | Party::Outside { .. } => {
                let leg = leg_in_conference(&self.call, party);
                self.carrier_attached(party, leg);
            }
            Party::Telephone { attempt } => {
                if let Some(telephone) = self.telephone_mut(attempt) {
                    telephone.joined = true;
                }
            }
        }
    }

    /// A telephone was put down, or could not be reached.
    pub(super) fn telephone_ended(&mut self, attempt: u32, status: ProviderEnd) {
        let Some(at) = self.call.telephones.iter().position(|telephone| telephone.attempt == attempt) else { return };
        let telephone = self.call.telephones.remove(at);
        self.gone.push(Party::Telephone { attempt });
        let user = telephone.user;
        if telephone.seat == Seat::Monitor {
            self.call.monitors.retain(|monitor| monitor.user != user);
            return;
        }
        if let Some(fence) = self.call.offer().filter(|offer| offer.agent == user).map(|offer| offer.fence) {
            let end = if status == ProviderEnd::NoAnswer { OfferEnd::Expired } else { OfferEnd::Declined };
            return self.offer_refused(user, fence, end);
        }
        if self.call.desk().is_none_or(|desk| desk.agent != user) {
            return;
        }
        match &self.call.phase {
            Phase::Dialing { .. } if !telephone.accepted => self.over(CallStatus::Cancelled, EndReason::AgentLost),
            // The customer is on their way to somebody else, who may still take the call.
            Phase::Talking { talk } if talk.transfer.is_some() => self.agent_lost(),
            _ => self.agent_hung_up(),
        }
    }

    /// Calls who is wanted and is not there, and lets go who is there and is not wanted.
    pub(super) fn settle_conference(&mut self) {
        let wanted = wanted(&self.call);
        let is_wanted = |telephone: &Telephone| wanted.contains(&(telephone.user, telephone.seat));
        for telephone in std::mem::take(&mut self.call.telephones) {
            if is_wanted(&telephone) {
                self.call.telephones.push(telephone);
            } else {
                let (party, provider_call_id) =
                    (Party::Telephone { attempt: telephone.attempt }, telephone.provider_call_id);
                self.effects.push(Effect::HangUpCarrier { party, provider_call_id, leg: None });
            }
        }
        for (user, seat) in wanted {
            if self.call.telephones.iter().any(|telephone| (telephone.user, telephone.seat) == (user, seat)) {
                continue;
            }
            self.call.telephones_called += 1;
            let attempt = self.call.telephones_called;
            let telephone = Telephone { attempt, user, seat, provider_call_id: None, accepted: false, joined: false };
            self.call.telephones.push(telephone);
            self.effects.push(Effect::DialTelephone { attempt, user, seat });
        }
    }

    /// `before`: as [`seats`].
    pub(super) fn settle_seats(&mut self, before: &BTreeMap<Party, (String, SeatPlan)>) {
        let Some(conference) = self.call.conference.clone() else { return };
        for (party, (provider_call_id, plan)) in seats(&self.call) {
            let unchanged = match before.get(&party) {
                Some((_, planned)) => *planned == plan,
                // As everybody comes in, but who monitors: their plan may have changed while their telephone rang.
                None => plan == SeatPlan::default() && !self.is_monitor(party),
            };
            if !unchanged {
                let conference = conference.clone();
                self.effects.push(Effect::Seat { party, conference, provider_call_id, plan });
            }
        }
    }

    fn is_monitor(&self, party: Party) -> bool {
        let own = |telephone: &Telephone| Party::Telephone { attempt: telephone.attempt } == party;
        self.call.telephones.iter().any(|telephone| own(telephone) && telephone.seat == Seat::Monitor)
    }

    pub(super) fn settle_recorder(&mut self, before: Option<bool>) {
        let after = carrier_records(&self.call);
        let what = match (before, after) {
            (None, Some(_)) => Recorder::Start,
            (Some(false), Some(true)) => Recorder::Pause,
            (Some(true), Some(false)) => Recorder::Resume,
            // With the telephone call its recording ends by itself.
            (Some(_), None) if !self.call.is_over() => Recorder::Stop,
            _ => return,
        };
        if let Some(provider_call_id) = self.call.provider_call_id.clone() {
            self.effects.push(Effect::CarrierRecorder { provider_call_id, what });
        }
    }
}
