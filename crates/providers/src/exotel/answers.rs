//! What the applets of a flow are answered.

use serde_json::{Value, json};

/// A Passthru that waits goes by the HTTP status alone: 200 is the first branch of the flow, 302 the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    First,
    Second,
}

impl Branch {
    pub const fn status(self) -> u16 {
        match self {
            Self::First => 200,
            Self::Second => 302,
        }
    }
}

/// Whom the Connect applet is to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// E.164; empty takes the branch "we did not dial anyone".
    pub numbers: Vec<String>,
    /// The number of the account that they see.
    pub caller_id: String,
    pub record: bool,
    pub ring_s: u32,
    pub longest_s: u32,
    /// Spoken to both before they talk; empty for nothing.
    pub notice: String,
    /// All at once rather than one after the other.
    pub parallel: bool,
}

impl Connect {
    pub fn to_json(&self) -> Value {
        let mut answer = json!({
            "fetch_after_attempt": false,
            "destination": { "numbers": self.numbers },
            "outgoing_phone_number": self.caller_id,
            "record": self.record,
            "recording_channels": "dual",
            "max_ringing_duration": self.ring_s,
            "max_conversation_duration": self.longest_s,
            "music_on_hold": { "type": "operator_tone" },
        });
        if !self.notice.is_empty() {
            answer["start_call_playback"] = json!({ "playback_to": "both", "type": "text", "value": self.notice });
        }
        if self.parallel && self.numbers.len() > 1 {
            answer["parallel_ringing"] =
                json!({ "activate": true, "max_parallel_attempts": self.numbers.len().min(10) });
        }
        answer
    }
}

/// What the Gather applet is to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gather {
    pub prompt: String,
    pub most_digits: u32,
    /// Values above 8 s are not kept reliably.
    pub wait_s: u32,
    pub repeats: u32,
}

impl Gather {
    pub fn to_json(&self) -> Value {
        json!({
            "gather_prompt": { "text": self.prompt },
            "max_input_digits": self.most_digits.clamp(1, 255),
            "finish_on_key": "#",
            "input_timeout": self.wait_s.clamp(1, 8),
            "repeat_menu": self.repeats,
            "repeat_gather_prompt": { "text": self.prompt },
        })
    }
}

/// The case that the Switch-case applet is to take; it has to be one that the flow has.
pub fn select(case: &str) -> Value {
    json!({ "select": case })
}

/// Where the Voicebot applet is to open its socket.
pub fn socket(url: &str) -> Value {
    json!({ "url": url })
}

/// The Greeting applet takes `text/plain` without a character set, and asks with HEAD first.
pub const GREETING_TYPE: &str = "text/plain";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connect_answer_has_the_fields_of_the_applet() {
        let connect = Connect {
            numbers: vec!["+919123456789".into(), "+919123456780".into()],
            caller_id: "+918047112233".into(),
            record: true,
            ring_s: 30,
            longest_s: 3600,
            notice: "This call is recorded.".into(),
            parallel: true,
        };
        let answer = connect.to_json();
        assert_eq!(answer["destination"]["numbers"][1], "+919123456780");
        assert_eq!(
            (&answer["parallel_ringing"]["max_parallel_attempts"], &answer["recording_channels"]),
            (&json!(2), &json!("dual"))
        );
        assert_eq!(answer["start_call_playback"]["value"], "This call is recorded.");
        let nobody = Connect { numbers: Vec::new(), notice: String::new(), ..connect }.to_json();
        assert_eq!(
            (nobody["destination"]["numbers"].as_array().map(Vec::len), nobody.get("parallel_ringing")),
            (Some(0), None)
        );
    }

    #[test]
    fn a_gather_waits_no_longer_than_the_applet_keeps() {
        let gather = Gather { prompt: "Order number?".into(), most_digits: 6, wait_s: 20, repeats: 1 }.to_json();
        assert_eq!((&gather["input_timeout"], &gather["max_input_digits"]), (&json!(8), &json!(6)));
    }

    #[test]
    fn the_branches_of_a_passthru_are_200_and_302() {
        assert_eq!((Branch::First.status(), Branch::Second.status()), (200, 302));
    }
}
