//! How good the lead is, how likely it is to buy, whether it is hot, and what to do next. Every point has a name.

use domain::intelligence::{
    Evidence, ExtractedField, FieldKey, FieldValue, HotLead, IntentKind, Intents, LeadQuality, NextAction, Priority,
    ProposedDisposition, QualityReason, Sentiment, TimelineClass,
};

use crate::{
    follow::Callback,
    talk::Talk,
    text::phrase::{Lexicon, phrases},
};

/// What the scores are drawn from.
#[derive(Debug)]
pub struct Picture<'a> {
    pub fields: &'a [ExtractedField],
    pub intents: &'a Intents,
    pub mood: &'a Sentiment,
    pub callback: Option<&'a Callback>,
}

impl Picture<'_> {
    fn field(&self, key: FieldKey) -> Option<&ExtractedField> {
        self.fields.iter().find(|field| field.key == key && field.confidence >= 0.5)
    }

    fn primary(&self) -> Option<IntentKind> {
        self.intents.primary.as_ref().map(|intent| intent.kind)
    }

    fn wants(&self, kind: IntentKind) -> bool {
        self.primary() == Some(kind) || self.intents.secondary.iter().any(|intent| intent.kind == kind)
    }

    fn is_over(&self) -> bool {
        matches!(self.primary(), Some(IntentKind::NotInterested | IntentKind::DoNotCall | IntentKind::WrongNumber))
    }

    fn timeline(&self) -> Option<TimelineClass> {
        match &self.field(FieldKey::Timeline)?.value {
            FieldValue::Timeline { class, .. } => Some(*class),
            _ => None,
        }
    }

    fn choice(&self, key: FieldKey) -> Option<&str> {
        match &self.field(key)?.value {
            FieldValue::Choice { code } => Some(code),
            _ => None,
        }
    }

    fn objections(&self) -> usize {
        match self.field(FieldKey::Objections).map(|field| &field.value) {
            Some(FieldValue::List { items }) => items.len(),
            _ => 0,
        }
    }

    /// Somebody who wants to buy, rent, invest or sell.
    fn is_in_market(&self) -> bool {
        use IntentKind::{Buy, Invest, PriceEnquiry, Rent, Sell, SiteVisit};
        [Buy, Rent, Invest, Sell, SiteVisit, PriceEnquiry].into_iter().any(|kind| self.wants(kind))
    }
}

pub fn quality(picture: &Picture<'_>) -> LeadQuality {
    let mut reasons = Vec::new();
    let mut add = |name: &str, points: i16| {
        if points != 0 {
            reasons.push(QualityReason { name: name.to_owned(), points });
        }
    };
    match picture.primary() {
        Some(IntentKind::WrongNumber) => add("wrong_number", 0),
        Some(IntentKind::DoNotCall) => add("do_not_call", -100),
        Some(IntentKind::NotInterested) => add("not_interested", -60),
        _ => {}
    }
    add("talked", if picture.primary() == Some(IntentKind::WrongNumber) { 0 } else { 10 });
    add("in_market", if picture.is_in_market() { 15 } else { 0 });
    add("budget_known", points(picture, FieldKey::Budget, 15));
    add("place_known", points(picture, FieldKey::PreferredLocation, 6));
    add("size_known", points(picture, FieldKey::Bedrooms, 5));
    add("requirements_known", points(picture, FieldKey::Requirements, 4));
    add("contact_given", points(picture, FieldKey::Email, 4).max(points(picture, FieldKey::Phone, 4)));
    add("visit_agreed", points(picture, FieldKey::Appointment, 22));
    add("callback_agreed", if picture.callback.is_some_and(|call| call.at.is_some()) { 8 } else { 0 });
    add("timeline", timeline_points(picture.timeline()));
    add(
        "financing_clear",
        match picture.choice(FieldKey::Financing) {
            Some("loan_approved" | "self_funded") => 10,
            Some("loan_needed") => 5,
            _ => 0,
        },
    );
    add("decides_alone", if picture.choice(FieldKey::DecisionMaker) == Some("self") { 5 } else { 0 });
    add("mood", (picture.mood.score * 10.0).round() as i16);
    add("objections", -(4 * picture.objections().min(4) as i16));
    let sum: i16 = reasons.iter().map(|reason| reason.points).sum();
    LeadQuality { score: sum.clamp(0, 100) as u8, reasons }
}

fn points(picture: &Picture<'_>, key: FieldKey, points: i16) -> i16 {
    if picture.field(key).is_some() { points } else { 0 }
}

fn timeline_points(class: Option<TimelineClass>) -> i16 {
    match class {
        Some(TimelineClass::Immediate) => 15,
        Some(TimelineClass::OneToThreeMonths) => 12,
        Some(TimelineClass::ThreeToSixMonths) => 7,
        Some(TimelineClass::SixToTwelveMonths) => 3,
        Some(TimelineClass::Later) => -6,
        Some(TimelineClass::Unknown) | None => 0,
    }
}

/// Percent: quality, pulled down by doubt and up by a date in the calendar.
pub fn conversion(picture: &Picture<'_>, quality: &LeadQuality) -> u8 {
    if picture.is_over() {
        return u8::from(picture.primary() == Some(IntentKind::NotInterested)) * 3;
    }
    let visit = if picture.field(FieldKey::Appointment).is_some() { 8.0 } else { 0.0 };
    let trend = (picture.mood.trend[2] - picture.mood.trend[0]) * 5.0;
    (f32::from(quality.score) * 0.8 + visit + trend).round().clamp(1.0, 97.0) as u8
}

/// Hot: a good lead with something near in time.
pub fn hot(picture: &Picture<'_>, quality: &LeadQuality) -> HotLead {
    let visit = picture.field(FieldKey::Appointment).is_some();
    let soon = matches!(picture.timeline(), Some(TimelineClass::Immediate | TimelineClass::OneToThreeMonths));
    let budget = picture.field(FieldKey::Budget).is_some();
    let hot = !picture.is_over()
        && ((quality.score >= 60 && (visit || (soon && budget))) || (quality.score >= 50 && visit && budget));
    let why = quality
        .reasons
        .iter()
        .filter(|reason| reason.points >= 8 && !matches!(reason.name.as_str(), "talked" | "in_market"))
        .map(|reason| reason.name.clone());
    HotLead { hot, why: if hot { why.collect() } else { Vec::new() } }
}

pub fn priority(picture: &Picture<'_>, quality: &LeadQuality, hot: &HotLead) -> Priority {
    match picture.primary() {
        Some(IntentKind::DoNotCall | IntentKind::WrongNumber | IntentKind::NotInterested) => Priority::Low,
        Some(IntentKind::Complaint | IntentKind::Cancel) => Priority::Urgent,
        _ if hot.hot => Priority::High,
        Some(IntentKind::Support) => Priority::High,
        _ if quality.score >= 40 || picture.callback.is_some() => Priority::Medium,
        _ => Priority::Low,
    }
}

pub fn next_action(picture: &Picture<'_>) -> NextAction {
    let action = |code: &str, text: &str| NextAction { code: code.to_owned(), text: text.to_owned() };
    match picture.primary() {
        Some(IntentKind::DoNotCall) => return action("stop_calling", "Put the number on the do-not-call list"),
        Some(IntentKind::WrongNumber) => return action("correct_number", "Find the right number or close the lead"),
        Some(IntentKind::NotInterested) => return action("close", "Close the lead with the reason given"),
        Some(IntentKind::Complaint | IntentKind::Cancel | IntentKind::Support) => {
            return action("resolve_complaint", "Have the matter solved and tell the customer");
        }
        _ => {}
    }
    let appointment = picture.field(FieldKey::Appointment).map(|field| field.display.reveal().as_str());
    if let Some(when) = appointment {
        return action("confirm_visit", &format!("Confirm the visit on {when}"));
    }
    if let Some(call) = picture.callback {
        return match &call.at {
            Some(when) => action("call_back", &format!("Call back on {}", crate::when::display(when))),
            None => action("call_back", "Call back; ask for a good time"),
        };
    }
    if picture.choice(FieldKey::Financing) == Some("loan_needed") {
        return action("arrange_loan", "Bring in the loan desk");
    }
    if picture.wants(IntentKind::InformationRequest) || picture.wants(IntentKind::PriceEnquiry) {
        return action("send_details", "Send the details that were asked for");
    }
    if picture.is_in_market() && picture.timeline() != Some(TimelineClass::Later) {
        return action("book_visit", "Offer a visit");
    }
    action("nurture", "Keep in touch")
}

static FOREIGN_LANGUAGE: std::sync::LazyLock<Lexicon<()>> = std::sync::LazyLock::new(|| {
    phrases(
        "dont speak hindi|english|tamil|kannada|telugu|marathi; dont understand hindi|english; dont know \
        hindi|english; hindi nahi aati; hindi nahi aata; english nahi aati; english nahi aata; english nahi \
        samajh; hindi nahi samajh; hindi teriyadu; hindi gothilla; do not speak hindi|english; no hindi; no \
        english; english teriyadu; hindi raadu",
    )
});

/// The disposition that the conversation supports, with the words for it.
pub fn disposition(talk: &Talk<'_>, picture: &Picture<'_>) -> Option<ProposedDisposition> {
    let propose = |code: &str, confidence: f32, evidence: Option<Evidence>| {
        Some(ProposedDisposition { code: code.to_owned(), sub_code: sub_code(picture, code), confidence, evidence })
    };
    let barrier =
        talk.customer().find_map(|line| FOREIGN_LANGUAGE.all(&line.tokens).first().map(|hit| line.quote(&hit.range)));
    if let Some(evidence) = barrier {
        return propose("language_barrier", 0.85, Some(evidence));
    }
    let intent = picture.intents.primary.as_ref();
    let of_intent = intent.map(|intent| intent.evidence.clone());
    let sure = intent.map_or(0.0, |intent| intent.confidence);
    match picture.primary() {
        Some(IntentKind::DoNotCall) => return propose("do_not_call", sure, of_intent),
        Some(IntentKind::WrongNumber) => return propose("wrong_number", sure, of_intent),
        Some(IntentKind::NotInterested) => return propose("not_interested", sure, of_intent),
        Some(IntentKind::Complaint | IntentKind::Cancel) => return propose("escalate", sure, of_intent),
        Some(IntentKind::Support) => return propose("technical_issue", sure * 0.8, of_intent),
        _ => {}
    }
    if let Some(visit) = picture.field(FieldKey::Appointment) {
        return propose("interested", visit.confidence, Some(visit.evidence.clone()));
    }
    if let Some(call) = picture.callback {
        return propose("callback", 0.85, Some(call.evidence.clone()));
    }
    if picture.is_in_market() {
        return propose("interested", sure, of_intent);
    }
    None
}

fn sub_code(picture: &Picture<'_>, code: &str) -> Option<String> {
    let objects = |label: &str| match picture.field(FieldKey::Objections).map(|field| &field.value) {
        Some(FieldValue::List { items }) => items.iter().any(|item| item.starts_with(label)),
        _ => false,
    };
    let sub = match code {
        "interested" if picture.field(FieldKey::Appointment).is_some() || picture.wants(IntentKind::SiteVisit) => {
            "wants_visit"
        }
        "interested" if picture.wants(IntentKind::InformationRequest) || picture.wants(IntentKind::PriceEnquiry) => {
            "wants_details"
        }
        "interested" if picture.timeline() == Some(TimelineClass::Immediate) => "ready_to_buy",
        "not_interested" if objects("Too expensive") => "price",
        "not_interested" if objects("Too far") || objects("Far from") => "location",
        "not_interested" if objects("Bought") => "bought_elsewhere",
        "not_interested" => "no_need",
        _ => return None,
    };
    Some(sub.to_owned())
}
