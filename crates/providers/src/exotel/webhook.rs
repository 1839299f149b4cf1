//! What Exotel tells and asks, typed.

use domain::{call::AnsweredBy, pii::Personal, time::UnixMillis};

use super::{
    numbers::{instant, to_e164},
    params::{Params, ParamsError},
};

/// Where a telephone call stands, in Exotel's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Queued,
    Ringing,
    InProgress,
    Completed,
    Busy,
    Failed,
    NoAnswer,
    Canceled,
    Other(String),
}

impl Status {
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "queued" => Self::Queued,
            "ringing" => Self::Ringing,
            "in-progress" => Self::InProgress,
            "completed" => Self::Completed,
            "busy" => Self::Busy,
            "failed" => Self::Failed,
            "no-answer" => Self::NoAnswer,
            "canceled" | "cancelled" => Self::Canceled,
            _ => Self::Other(text.to_owned()),
        }
    }

    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Inbound,
    Outbound,
}

/// A request of an applet of a flow: Passthru, Connect, Gather, Greeting or Voicebot.
#[derive(Debug, Clone, PartialEq)]
pub struct Applet {
    pub call_sid: String,
    /// E.164 where it reads as a number.
    pub from: Personal<String>,
    pub to: Personal<String>,
    pub direction: Direction,
    /// Our own name of the call, of a flow that we began.
    pub reference: Option<String>,
    pub status: Option<Status>,
    /// The caller has hung up, as an asynchronous Passthru at the end says it.
    pub hung_up: bool,
    pub digits: Option<String>,
    /// Of the Connect applet before this one.
    pub dialed: Option<Status>,
    /// The Voicebot applet before this one has ended, and this is why: `user`, `bot`, `NA`.
    pub stream_ended_by: Option<String>,
    pub recording_url: Option<String>,
    pub ended_at: Option<UnixMillis>,
}

impl Applet {
    /// # Errors
    /// [`ParamsError`] when the request names no call.
    pub fn from_params(params: &Params) -> Result<Self, ParamsError> {
        let number = |fields: &[&str]| Personal::new(to_e164(params.any(fields).unwrap_or_default()));
        let direction = match params.text("Direction").unwrap_or_default() {
            text if text.starts_with("out") => Direction::Outbound,
            // `incoming` in flows, `inbound` in callbacks.
            _ => Direction::Inbound,
        };
        let call_type = params.text("CallType").unwrap_or_default();
        let stream = params.any(&["Stream[DisconnectedBy]", "Stream[Status]"]);
        Ok(Self {
            call_sid: params.id("CallSid")?,
            from: number(&["CallFrom", "From"]),
            to: number(&["CallTo", "To"]),
            direction,
            reference: params.text("CustomField").map(str::to_owned),
            status: params.any(&["CallStatus", "Status"]).map(Status::parse),
            hung_up: matches!(call_type, "client-hangup" | "completed" | "incomplete"),
            digits: params.digits().map(|digits| digits.into_owned()),
            dialed: params.text("DialCallStatus").map(Status::parse),
            stream_ended_by: stream.map(str::to_owned),
            recording_url: params.text("RecordingUrl").map(str::to_owned),
            ended_at: params.text("EndTime").and_then(instant),
        })
    }
}

/// One of the two telephones of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub status: Option<Status>,
    pub talked_s: Option<u32>,
    pub answered_by: Option<AnsweredBy>,
}

/// A status callback. Rich fields come only for calls between two numbers; others say little more than the end.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusCallback {
    pub call_sid: String,
    /// `terminal` or `answered`; absent where no events were asked for, which means the end.
    pub event: Option<String>,
    pub status: Status,
    pub reference: Option<String>,
    pub recording_url: Option<String>,
    /// Both sides together.
    pub conversation_s: Option<u32>,
    pub ended_at: Option<UnixMillis>,
    /// The telephone that was called first, then the other.
    pub legs: Vec<Leg>,
}

impl StatusCallback {
    /// # Errors
    /// [`ParamsError`] when call or status are missing.
    pub fn from_params(params: &Params) -> Result<Self, ParamsError> {
        let status = params.any(&["Status", "CallStatus"]).ok_or(ParamsError::Missing { field: "Status" })?;
        let leg = |at: usize| {
            let field = |name: &str| format!("Legs[{at}][{name}]");
            let there = params.pairs().any(|(key, _)| key.starts_with(&format!("Legs[{at}]")));
            there.then(|| Leg {
                status: params.text(&field("Status")).map(Status::parse),
                talked_s: params.number(&field("OnCallDuration")),
                answered_by: params.text(&field("AnsweredBy")).and_then(answered_by),
            })
        };
        Ok(Self {
            call_sid: params.id("CallSid")?,
            event: params.text("EventType").map(str::to_ascii_lowercase),
            status: Status::parse(status),
            reference: params.text("CustomField").map(str::to_owned),
            recording_url: params.text("RecordingUrl").map(str::to_owned),
            conversation_s: params.number("ConversationDuration"),
            ended_at: params.text("EndTime").and_then(instant),
            legs: (0..2).map_while(leg).collect(),
        })
    }

    /// Both telephones have been taken up, and the call goes on.
    pub fn is_answered(&self) -> bool {
        self.event.as_deref() == Some("answered") || (self.event.is_none() && self.status == Status::InProgress)
    }

    /// Nothing more will be said of this call.
    pub fn is_final(&self) -> bool {
        self.event.as_deref() != Some("answered") && self.status.is_terminal()
    }
}

/// `Human`, `HUMAN`, `Machine`, `NotSure`; `NA` is no verdict.
fn answered_by(text: &str) -> Option<AnsweredBy> {
    match text.to_ascii_lowercase().as_str() {
        "human" => Some(AnsweredBy::Person),
        "machine" => Some(AnsweredBy::Machine),
        "notsure" | "not_sure" => Some(AnsweredBy::Unknown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn query(text: &str) -> Params {
        Params::read(text, "", b"").await.unwrap()
    }

    const PASSTHRU: &str = "CallSid=c5797dcb&CallFrom=09123456789&CallTo=08047112233&Direction=incoming\
&Created=Fri%2C+20+Nov+2026+15%3A50%3A07&DialCallDuration=0&StartTime=2026-11-20+15%3A50%3A07&EndTime=1970-01-01+05%3A30%3A00\
&CallType=call-attempt&flow_id=123456&tenant_id=9876&From=09123456789&To=08047112233&digits=%222%22";

    #[tokio::test]
    async fn a_passthru_in_the_middle_of_a_call() {
        let applet = Applet::from_params(&query(PASSTHRU).await).unwrap();
        assert_eq!((applet.from.reveal().as_str(), applet.to.reveal().as_str()), ("+919123456789", "+918047112233"));
        assert_eq!((applet.direction, applet.hung_up, applet.ended_at), (Direction::Inbound, false, None));
        assert_eq!(applet.digits.as_deref(), Some("2"));
        assert_eq!((applet.status, applet.stream_ended_by), (None, None));
    }

    #[tokio::test]
    async fn a_passthru_may_be_a_json_post_and_the_direction_has_two_names() {
        let body = br#"{"CallSid":"c5","From":"09123456789","To":"08047112233","Direction":"inbound","CallStatus":"In_Progress"}"#;
        let params = Params::read("", "application/json", body).await.unwrap();
        let applet = Applet::from_params(&params).unwrap();
        assert_eq!((applet.direction, applet.status), (Direction::Inbound, Some(Status::InProgress)));
        let outbound = Applet::from_params(&query("CallSid=c5&Direction=outbound-dial&CustomField=x").await).unwrap();
        assert_eq!((outbound.direction, outbound.reference.as_deref()), (Direction::Outbound, Some("x")));
    }

    #[tokio::test]
    async fn the_end_of_a_stream_is_told_by_the_next_passthru() {
        let text =
            format!("{PASSTHRU}&Stream%5BStreamSID%5D=a1&Stream%5BStatus%5D=completed&Stream%5BDisconnectedBy%5D=bot");
        let applet = Applet::from_params(&query(&text).await).unwrap();
        assert_eq!(applet.stream_ended_by.as_deref(), Some("bot"));
    }

    #[tokio::test]
    async fn a_rich_status_has_two_legs_and_verdicts_in_either_case() {
        let body = br#"{"CallSid":"c5","EventType":"terminal","Status":"completed","ConversationDuration":180,"CustomField":"call-7f3a",
"RecordingUrl":"https://x.example/c5.mp3","EndTime":"2026-11-20 15:53:40",
"Legs":[{"OnCallDuration":201,"Status":"completed","AnsweredBy":"HUMAN"},{"OnCallDuration":"180","Status":null,"AnsweredBy":"NA"}]}"#;
        let params = Params::read("", "application/json", body).await.unwrap();
        let status = StatusCallback::from_params(&params).unwrap();
        assert!(status.is_final() && !status.is_answered());
        let [agent, customer] = status.legs.as_slice() else { panic!("{:?}", status.legs) };
        assert_eq!((agent.answered_by, agent.talked_s), (Some(AnsweredBy::Person), Some(201)));
        assert_eq!((customer.answered_by, customer.status.clone(), customer.talked_s), (None, None, Some(180)));
        assert_eq!((status.conversation_s, status.ended_at), (Some(180), Some(UnixMillis(1_795_170_220_000))));
    }

    #[tokio::test]
    async fn a_status_without_events_is_the_end() {
        let params = query("CallSid=c5&Status=no-answer&DateUpdated=2026-11-20+15%3A53%3A42&RecordingUrl=null").await;
        let status = StatusCallback::from_params(&params).unwrap();
        assert!(status.is_final());
        assert_eq!((status.recording_url, status.legs.len()), (None, 0));
        let answered = query("CallSid=c5&EventType=answered&Status=completed").await;
        let answered = StatusCallback::from_params(&answered).unwrap();
        assert!(answered.is_answered() && !answered.is_final(), "whatever its status says, it is the answer");
        let none = StatusCallback::from_params(&query("CallSid=c5").await);
        assert_eq!(none, Err(ParamsError::Missing { field: "Status" }));
    }
}
