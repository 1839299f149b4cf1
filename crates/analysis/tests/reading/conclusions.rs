//! Intents, tasks, callbacks and dispositions of short exchanges.

use domain::intelligence::{Analysis, FieldKey, Priority};
use switchboard_analysis::analyse;

use crate::common;

fn read(asked: &str, said: &str) -> Analysis {
    analyse(&common::exchange(asked, said), &common::context())
}

fn intent(analysis: &Analysis) -> &'static str {
    analysis.intent.primary.as_ref().map_or("", |intent| intent.kind.as_str())
}

fn disposition(analysis: &Analysis) -> &str {
    analysis.proposed_disposition.as_ref().map_or("", |proposed| proposed.code.as_str())
}

#[test]
fn the_wish_behind_a_line_is_named() {
    for (said, expected) in [
        ("I want to buy a flat.", "buy"),
        ("Mujhe ghar lena hai.", "buy"),
        ("Do you have a flat for rent?", "rent"),
        ("Kiraye pe makaan chahiye.", "rent"),
        ("I want to sell my house.", "sell"),
        ("It is purely for investment, what is the rental yield?", "invest"),
        ("I would like to see the flat in person.", "site_visit"),
        ("Rate kya hai?", "price_enquiry"),
        ("Please send me the brochure.", "information_request"),
        ("I am driving, call me later.", "callback"),
        ("My app is not working, I need help.", "support"),
        ("I want to register a complaint, this is unacceptable.", "complaint"),
        ("I want to cancel my booking.", "cancel"),
        ("Send me the payment link so that I can pay the invoice.", "payment"),
        ("Sorry, not interested.", "not_interested"),
        ("Mujhe interest nahi hai.", "not_interested"),
        ("Stop calling me.", "do_not_call"),
        ("Dobara call mat karna.", "do_not_call"),
        ("You have the wrong number.", "wrong_number"),
        ("Galat number hai.", "wrong_number"),
    ] {
        assert_eq!(intent(&read("", said)), expected, "{said}");
    }
}

#[test]
fn a_refused_part_is_no_refused_offer() {
    for said in [
        "I don't want a villa, I want a flat.",
        "Loan nahi chahiye.",
        "We are not looking under construction, only ready.",
    ] {
        assert_ne!(intent(&read("", said)), "not_interested", "{said}");
    }
}

#[test]
fn tasks_have_an_owner_and_a_day() {
    for (asked, said, expected) in [
        ("I will send you the price list tomorrow.", "Okay.", vec!["agent: Send the price list tomorrow, 2026-11-21"]),
        ("", "Please share the floor plan today.", vec!["agent: Share the floor plan today, 2026-11-20"]),
        ("", "I will send my documents by Monday.", vec!["customer: Send my documents by Monday, 2026-11-23"]),
        ("Main kal brochure bhej dungi.", "Theek hai.", vec!["agent: Send brochure, 2026-11-21"]),
        ("", "Location bhej dijiye.", vec!["agent: Send Location, -"]),
        ("Could you send your documents?", "No, I cannot.", vec![]),
        ("I will not send anything.", "Good.", vec![]),
        ("I will check and call you tomorrow.", "Fine.", vec!["agent: Check, -", "agent: Call tomorrow, 2026-11-21"]),
    ] {
        let tasks = read(asked, said).action_items.into_iter().map(|item| {
            let owner = serde_json::to_value(item.owner).unwrap();
            let due = item.due.map_or("-".to_owned(), |due| due.date().to_string());
            format!("{}: {}, {due}", owner.as_str().unwrap(), item.text.reveal())
        });
        assert_eq!(tasks.collect::<Vec<_>>(), expected, "{asked} / {said}");
    }
}

#[test]
fn a_promised_call_is_the_next_contact() {
    for (asked, said, expected) in [
        ("", "Please call me tomorrow at five.", Some("2026-11-21T17:00:00")),
        ("When should I call you back?", "Monday morning at ten.", Some("2026-11-23T10:00:00")),
        ("Shall I call you on Sunday at 6 pm?", "Yes please.", Some("2026-11-22T18:00:00")),
        ("", "Sunday ko shaam paanch baje call kijiye.", Some("2026-11-22T17:00:00")),
        ("", "Ek ghante baad call karna.", Some("2026-11-20T11:30:00")),
        ("", "I am busy, call me back.", None),
    ] {
        let analysis = read(asked, said);
        assert!(analysis.follow_up.needed, "{said}");
        assert_eq!(
            analysis.follow_up.at.as_ref().map(|at| at.local.to_string()).as_deref(),
            expected,
            "{asked} / {said}"
        );
        assert_eq!(disposition(&analysis), "callback", "{said}");
        assert!(analysis.field(FieldKey::Appointment).is_none(), "{said}");
    }
}

#[test]
fn dispositions_need_ground() {
    for (said, expected) in [
        ("I don't understand Hindi.", "language_barrier"),
        ("Please remove my number from your list.", "do_not_call"),
        ("There is no one by that name here.", "wrong_number"),
        ("We want to buy a 3 BHK.", "interested"),
        ("Hello? Hello?", ""),
    ] {
        assert_eq!(disposition(&read("", said)), expected, "{said}");
    }
}

#[test]
fn no_words_give_an_empty_analysis() {
    for (asked, said) in [("", ""), ("Hello, can you hear me?", "")] {
        let analysis = read(asked, said);
        assert!(analysis.fields.is_empty() && analysis.action_items.is_empty());
        assert_eq!((intent(&analysis), disposition(&analysis), analysis.priority), ("", "", Priority::Low));
        assert!(!analysis.follow_up.needed && !analysis.hot_lead.hot);
    }
}

#[test]
fn a_refusal_is_never_hot() {
    let analysis = read(
        "Would you like to visit on Saturday at eleven?",
        "I was looking for a 2 BHK in Baner for 60 lakh within a month, but I am not interested any more.",
    );
    assert!(!analysis.hot_lead.hot && analysis.conversion_probability < 10);
    assert_eq!(disposition(&analysis), "not_interested");
}
