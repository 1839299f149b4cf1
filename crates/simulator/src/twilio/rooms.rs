//! The conferences of the account: who sits in them, what each hears, and what is reported.
//! <https://www.twilio.com/docs/voice/twiml/conference>

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    callbacks::Delivery,
    document::{Conference, Method},
    record::{new_sid, rfc2822},
    webhooks::Fields,
};
use crate::{Frame, SILENCE};

/// A participant.
#[derive(Debug, Clone)]
pub struct Seat {
    pub label: Option<String>,
    pub muted: bool,
    pub hold: bool,
    /// SID of the call that alone hears this one.
    pub coaches: Option<String>,
    pub starts: bool,
    pub ends: bool,
    said: Frame,
    /// What is played to this one alone, and is not over.
    announced: VecDeque<i16>,
}

impl Seat {
    pub fn of(noun: &Conference) -> Self {
        Self {
            label: noun.label.clone(),
            muted: noun.muted,
            hold: false,
            coaches: noun.coaches.clone(),
            starts: noun.starts,
            ends: noun.ends,
            said: SILENCE,
            announced: VecDeque::new(),
        }
    }

    /// The next 20 ms of what is announced; none when nothing is.
    fn next_announced(&mut self) -> Option<Frame> {
        let mut frame = SILENCE;
        let count = self.announced.len().min(frame.len());
        frame.iter_mut().zip(self.announced.drain(..count)).for_each(|(slot, sample)| *slot = sample);
        (count > 0).then_some(frame)
    }
}

/// What a participant hears in these 20 ms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Hold or waiting music.
    Music,
    People(Box<Frame>),
    /// Is announced to them alone.
    Announced(Box<Frame>),
    /// Is not in the room any more.
    Out,
}

#[derive(Debug)]
pub struct Room {
    pub sid: String,
    pub name: String,
    pub started: bool,
    pub seats: BTreeMap<String, Seat>,
    account_sid: String,
    /// Address and words of events: those of the first participant.
    told: Option<(String, Vec<String>)>,
    sequence: u32,
    queue: UnboundedSender<Delivery>,
}

/// Why a participant leaves, in Twilio's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    HungUp,
    ByApi,
    Moderator,
}

impl Left {
    const fn as_str(self) -> &'static str {
        match self {
            Self::HungUp => "participant_hung_up",
            Self::ByApi => "participant_updated_via_api",
            Self::Moderator => "moderator_ended_conference",
        }
    }
}

#[derive(Debug, Default)]
pub struct Rooms(BTreeMap<String, Room>);

impl Rooms {
    /// Comes in; the room is made when nobody is in it. Gives the room's SID.
    pub fn enter(
        &mut self,
        account_sid: &str,
        queue: impl FnOnce() -> UnboundedSender<Delivery>,
        call_sid: &str,
        noun: &Conference,
    ) -> String {
        let room = self.0.entry(noun.name.clone()).or_insert_with(|| Room {
            sid: new_sid("CF"),
            name: noun.name.clone(),
            started: false,
            seats: BTreeMap::new(),
            account_sid: account_sid.to_owned(),
            told: noun.status_callback.clone().map(|url| (url, noun.status_events.clone())),
            sequence: 0,
            queue: queue(),
        });
        let seat = Seat::of(noun);
        let begins = !room.started && seat.starts;
        room.seats.insert(call_sid.to_owned(), seat);
        room.tell("join", "participant-join", Some(call_sid), None);
        if begins {
            room.started = true;
            room.tell("start", "conference-start", None, None);
        }
        room.sid.clone()
    }

    /// Goes out; with them, when it is to be so, everybody else.
    pub fn leave(&mut self, name: &str, call_sid: &str, why: Left) {
        let Some(room) = self.0.get_mut(name) else { return };
        if !room.seats.contains_key(call_sid) {
            return;
        }
        room.tell("leave", "participant-leave", Some(call_sid), Some(why));
        let ends = room.seats.remove(call_sid).is_some_and(|seat| seat.ends);
        if ends {
            for other in room.seats.keys().cloned().collect::<Vec<_>>() {
                room.tell("leave", "participant-leave", Some(&other), Some(Left::Moderator));
                room.seats.remove(&other);
            }
        }
        if room.seats.is_empty() {
            room.tell("end", "conference-end", None, None);
            self.0.remove(name);
        }
    }

    /// Takes what the participant said, and gives what they hear.
    pub fn exchange(&mut self, name: &str, call_sid: &str, said: &Frame) -> Heard {
        let Some(room) = self.0.get_mut(name) else { return Heard::Out };
        let Some(own) = room.seats.get_mut(call_sid) else { return Heard::Out };
        own.said = *said;
        if let Some(frame) = own.next_announced() {
            return Heard::Announced(Box::new(frame));
        }
        if own.hold || !room.started {
            return Heard::Music;
        }
        let mut sum = [0_i32; SILENCE.len()];
        for (sid, other) in &room.seats {
            let for_me = other.coaches.as_deref().is_none_or(|coached| coached == call_sid);
            if sid == call_sid || other.muted || other.hold || !for_me {
                continue;
            }
            sum.iter_mut().zip(&other.said).for_each(|(sum, sample)| *sum += i32::from(*sample));
        }
        Heard::People(Box::new(sum.map(|sample| sample.clamp(i16::MIN.into(), i16::MAX.into()) as i16)))
    }

    /// By SID, or by name.
    pub fn room_mut(&mut self, named: &str) -> Option<&mut Room> {
        self.0.values_mut().find(|room| room.sid == named || room.name == named)
    }

    pub fn all(&self) -> impl Iterator<Item = &Room> {
        self.0.values()
    }
}

impl Room {
    /// By the SID of the call, or by label.
    pub fn call_of(&self, named: &str) -> Option<String> {
        let fits = |(sid, seat): &(&String, &Seat)| *sid == named || seat.label.as_deref() == Some(named);
        self.seats.iter().find(fits).map(|(sid, _)| sid.clone())
    }

    /// What has changed in a seat is reported.
    pub fn change(&mut self, call_sid: &str, change: impl FnOnce(&mut Seat)) -> Option<Seat> {
        let seat = self.seats.get_mut(call_sid)?;
        let before = seat.clone();
        change(seat);
        let after = seat.clone();
        if before.muted != after.muted {
            let event = if after.muted { "participant-mute" } else { "participant-unmute" };
            self.tell("mute", event, Some(call_sid), None);
        }
        if before.hold != after.hold {
            let event = if after.hold { "participant-hold" } else { "participant-unhold" };
            self.tell("hold", event, Some(call_sid), None);
        }
        if before.coaches != after.coaches || before.ends != after.ends {
            self.tell("modify", "participant-modify", Some(call_sid), None);
        }
        Some(after)
    }

    /// Behind what is announced already.
    pub fn announce(&mut self, call_sid: &str, pcm: Vec<i16>) {
        if let Some(seat) = self.seats.get_mut(call_sid) {
            seat.announced.extend(pcm);
        }
    }

    fn tell(&mut self, word: &str, event: &str, call_sid: Option<&str>, left: Option<Left>) {
        let Some((url, words)) = self.told.clone() else { return };
        let sequence = self.sequence;
        self.sequence += 1;
        if !words.iter().any(|wanted| wanted == word) {
            return;
        }
        let mut fields: Fields = Vec::new();
        let mut add = |key: &str, value: String| fields.push((key.to_owned(), value));
        add("AccountSid", self.account_sid.clone());
        add("ConferenceSid", self.sid.clone());
        add("FriendlyName", self.name.clone());
        add("SequenceNumber", sequence.to_string());
        add("Timestamp", rfc2822(Timestamp::now()));
        add("StatusCallbackEvent", event.to_owned());
        if let Some((sid, seat)) = call_sid.and_then(|sid| Some((sid, self.seats.get(sid)?))) {
            add("CallSid", sid.to_owned());
            seat.label.iter().for_each(|label| add("ParticipantLabel", label.clone()));
            add("Muted", seat.muted.to_string());
            add("Hold", seat.hold.to_string());
            add("Coaching", seat.coaches.is_some().to_string());
            seat.coaches.iter().for_each(|coached| add("CallSidToCoach", coached.clone()));
            add("EndConferenceOnExit", seat.ends.to_string());
            add("StartConferenceOnEnter", seat.starts.to_string());
        }
        if let Some(left) = left {
            add("ReasonParticipantLeft", left.as_str().to_owned());
        }
        let call_sid = call_sid.unwrap_or(&self.sid).to_owned();
        let _stopped = self.queue.send(Delivery { url, method: Method::Post, fields, call_sid });
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    fn noun(label: &str, starts: bool, ends: bool) -> Conference {
        Conference {
            name: "room".into(),
            label: Some(label.into()),
            muted: false,
            starts,
            ends,
            coaches: None,
            silent_wait: false,
            status_callback: Some("http://a.example/".into()),
            status_events: ["join", "leave", "start", "end", "hold"].map(str::to_owned).into(),
        }
    }

    #[test]
    fn people_hear_each_other_and_a_coach_is_heard_by_one() {
        let (queue, mut told) = unbounded_channel();
        let mut rooms = Rooms::default();
        let enter = |rooms: &mut Rooms, sid: &str, noun: &Conference| {
            rooms.enter("AC1", || queue.clone(), sid, noun);
        };
        enter(&mut rooms, "customer", &noun("customer", false, true));
        assert_eq!(rooms.exchange("room", "customer", &[1; 160]), Heard::Music, "nobody has opened the room");
        enter(&mut rooms, "agent", &noun("agent", true, false));
        assert_eq!(rooms.exchange("room", "agent", &[2; 160]), Heard::People(Box::new([1; 160])));
        enter(&mut rooms, "coach", &Conference { coaches: Some("agent".into()), ..noun("coach", false, false) });
        assert_eq!(rooms.exchange("room", "coach", &[4; 160]), Heard::People(Box::new([3; 160])));
        assert_eq!(rooms.exchange("room", "customer", &[1; 160]), Heard::People(Box::new([2; 160])), "not the coach");
        assert_eq!(rooms.exchange("room", "agent", &[2; 160]), Heard::People(Box::new([5; 160])));
        let room = rooms.room_mut("room").unwrap();
        room.announce("customer", vec![7; 200]);
        assert_eq!(rooms.exchange("room", "customer", &[1; 160]), Heard::Announced(Box::new([7; 160])));
        assert_eq!(
            rooms.exchange("room", "agent", &[2; 160]),
            Heard::People(Box::new([5; 160])),
            "not announced to them"
        );
        assert!(matches!(rooms.exchange("room", "customer", &[1; 160]), Heard::Announced(_)), "its last samples");
        assert_eq!(rooms.exchange("room", "customer", &[1; 160]), Heard::People(Box::new([2; 160])));
        let room = rooms.room_mut("room").unwrap();
        room.change("customer", |seat| seat.hold = true);
        assert_eq!(rooms.exchange("room", "customer", &[1; 160]), Heard::Music);
        assert_eq!(rooms.exchange("room", "agent", &[2; 160]), Heard::People(Box::new([4; 160])));
        rooms.leave("room", "customer", Left::HungUp);
        assert_eq!(rooms.exchange("room", "agent", &[2; 160]), Heard::Out, "the customer's end is the room's");
        let mut events = Vec::new();
        while let Ok(delivery) = told.try_recv() {
            let field = delivery.fields.iter().find(|(key, _)| key == "StatusCallbackEvent");
            events.push(field.map(|(_, value)| value.clone()).unwrap());
        }
        assert_eq!(
            events,
            [
                "participant-join",
                "participant-join",
                "conference-start",
                "participant-join",
                "participant-hold",
                "participant-leave",
                "participant-leave",
                "participant-leave",
                "conference-end"
            ]
        );
    }
}
