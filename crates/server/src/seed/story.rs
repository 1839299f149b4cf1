//! What was said in past calls: composed from lines, and read by the built-in analyser like any other transcript.

use backend::past::Told;
use domain::{
    intelligence::{CallContext, Segment, Speaker, Transcript},
    pii::Personal,
    time::UnixMillis,
};
use rand::{RngExt, rngs::StdRng};
use wire::leads::Lead;

use super::people::pick;

const OPENINGS: [&str; 3] =
    ["Hello, I saw your advertisement.", "Hi, I am calling about the flats.", "Good morning, is this Cedar and Quay?"];
const WISHES: [&str; 4] = [
    "We are looking for a 2 BHK in Whitefield.",
    "I need a three bedroom flat near Baner.",
    "Mujhe do bedroom ka flat chahiye.",
    "We want a 3 BHK with covered parking.",
];
const BUDGETS: [&str; 4] = [
    "Our budget is around sixty to seventy lakh.",
    "Not more than 90 lakh.",
    "Budget pachas lakh tak hai.",
    "We can go up to 1.2 crore.",
];
const DOUBTS: [&str; 4] = [
    "It is quite far from the metro, no?",
    "The price is too high for us.",
    "I have to ask my wife first.",
    "That sounds very good.",
];
const ENDINGS: [&str; 4] = [
    "Saturday at eleven is good, please send me the plan.",
    "I am not interested, thank you.",
    "Call me back tomorrow at five.",
    "Please send the price list by email.",
];

pub(super) fn told(lead: &Lead, agent: &str, at: UnixMillis, random: &mut StdRng) -> Told {
    let lines = [
        (Speaker::Agent, format!("Cedar and Quay Homes, this is {agent}. How can I help you?")),
        (Speaker::Customer, (*pick(random, &OPENINGS)).to_owned()),
        (Speaker::Agent, "Gladly. What are you looking for?".to_owned()),
        (Speaker::Customer, (*pick(random, &WISHES)).to_owned()),
        (Speaker::Agent, "And what range are you comfortable with?".to_owned()),
        (Speaker::Customer, (*pick(random, &BUDGETS)).to_owned()),
        (Speaker::Agent, "We have something that fits. Shall we meet at the site?".to_owned()),
        (Speaker::Customer, (*pick(random, &DOUBTS)).to_owned()),
        (Speaker::Customer, (*pick(random, &ENDINGS)).to_owned()),
    ];
    let mut clock = 1.0;
    let segments: Vec<Segment> = lines
        .into_iter()
        .map(|(speaker, text)| {
            let start_s = clock;
            clock += 2.0 + random.random_range(0.0..2.5);
            Segment { speaker, start_s, end_s: clock - 0.4, text: Personal::new(text), confidence: Some(0.93) }
        })
        .collect();
    let transcript =
        Transcript { language: Some("en".to_owned()), engine: "demo data".to_owned(), duration_s: clock, segments };
    let day = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string();
    let analysis =
        CallContext::new(&day, &lead.zone, "IN").ok().map(|context| analysis::analyse(&transcript, &context));
    Told { transcript, analysis }
}
