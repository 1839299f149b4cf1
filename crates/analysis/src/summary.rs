//! The conversation in a sentence and in a paragraph, put together from what was found: nothing is said that has no ground.

use domain::intelligence::{
    ActionItem, ExtractedField, FieldKey, FieldValue, IntentKind, Intents, Owner, Sentiment, SentimentLabel,
};

use crate::{follow::Callback, talk::Talk, when::display};

/// What the summary is written from.
#[derive(Debug)]
pub struct Material<'a> {
    pub fields: &'a [ExtractedField],
    pub intents: &'a Intents,
    pub actions: &'a [ActionItem],
    pub mood: &'a Sentiment,
    pub callback: Option<&'a Callback>,
}

impl Material<'_> {
    fn shown(&self, key: FieldKey) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.key == key && field.confidence >= 0.5)
            .map(|field| field.display.reveal().as_str())
    }

    fn primary(&self) -> Option<IntentKind> {
        self.intents.primary.as_ref().map(|intent| intent.kind)
    }

    fn who(&self) -> &str {
        self.shown(FieldKey::CustomerName).unwrap_or("The customer")
    }
}

/// One or two sentences.
pub fn short(talk: &Talk<'_>, material: &Material<'_>) -> String {
    if talk.customer().next().is_none() {
        return "The customer said nothing that was recorded.".to_owned();
    }
    let mut sentences = vec![opening(material)];
    sentences.extend(ending(material));
    sentences.join(" ")
}

fn opening(material: &Material<'_>) -> String {
    let who = material.who();
    match material.primary() {
        Some(IntentKind::DoNotCall) => return format!("{who} asked not to be called again."),
        Some(IntentKind::WrongNumber) => return "A wrong number.".to_owned(),
        Some(IntentKind::NotInterested) => return format!("{who} is not interested."),
        Some(IntentKind::Complaint) => return format!("{who} made a complaint."),
        Some(IntentKind::Cancel) => return format!("{who} wants to cancel."),
        Some(IntentKind::Support) => return format!("{who} needs help with a problem."),
        Some(IntentKind::Payment) => return format!("{who} called about a payment."),
        _ => {}
    }
    let thing = thing(material);
    let verb = match material.primary() {
        Some(IntentKind::Rent) => "wants to rent",
        Some(IntentKind::Sell) => "wants to sell",
        Some(IntentKind::Invest) => "wants to invest in",
        Some(IntentKind::Callback) if thing.is_none() => return format!("{who} asked for a call at another time."),
        Some(IntentKind::PriceEnquiry) if thing.is_none() => return format!("{who} asked about the price."),
        Some(IntentKind::InformationRequest) if thing.is_none() => return format!("{who} asked for information."),
        Some(IntentKind::SiteVisit) if thing.is_none() => return format!("{who} wants to come and see it."),
        None if thing.is_none() => return format!("{who} spoke with the agent; no clear wish was found."),
        _ => "is looking for",
    };
    let mut sentence = format!("{who} {verb} {}", thing.as_deref().unwrap_or("a property"));
    if let Some(place) = material.shown(FieldKey::PreferredLocation) {
        sentence.push_str(&format!(" around {}", place.replace(", ", " or ")));
    }
    if let Some(budget) = material.shown(FieldKey::Budget) {
        sentence.push_str(&format!(", budget {budget}"));
    }
    if let Some(timeline) = material.shown(FieldKey::Timeline) {
        sentence.push_str(&format!(", {timeline}"));
    }
    sentence.push('.');
    sentence
}

/// "a 2 BHK apartment"
fn thing(material: &Material<'_>) -> Option<String> {
    let size = material.shown(FieldKey::Bedrooms);
    let kind = material.shown(FieldKey::PropertyType).map(str::to_lowercase);
    match (size, kind) {
        (Some(size), Some(kind)) => Some(format!("a {size} {kind}")),
        (Some(size), None) => Some(format!("a {size} home")),
        (None, Some(kind)) => Some(format!("{} {kind}", if kind.starts_with(['a', 'o']) { "an" } else { "a" })),
        (None, None) => {
            let field = material.fields.iter().find(|field| field.key == FieldKey::Requirements)?;
            match &field.value {
                FieldValue::List { items } if field.confidence < 0.7 => items.first().cloned(),
                _ => None,
            }
        }
    }
}

fn ending(material: &Material<'_>) -> Option<String> {
    if let Some(visit) = material.shown(FieldKey::Appointment) {
        return Some(format!("A visit is agreed for {visit}."));
    }
    if let Some(when) = material.callback.and_then(|call| call.at.as_ref()) {
        return Some(format!("A call is agreed for {}.", display(when)));
    }
    material
        .shown(FieldKey::Objections)
        .filter(|_| material.primary() != Some(IntentKind::NotInterested))
        .map(|worry| format!("Objection: {worry}."))
}

/// A paragraph: the short form, what else is known, what stands in the way, what was promised, and the mood.
pub fn detailed(talk: &Talk<'_>, material: &Material<'_>) -> String {
    let mut sentences = vec![short(talk, material)];
    let mut tell = |key: FieldKey, words: &str| {
        if let Some(shown) = material.shown(key) {
            sentences.push(format!("{words}: {shown}."));
        }
    };
    tell(FieldKey::Requirements, "Must have");
    tell(FieldKey::Financing, "Payment");
    tell(FieldKey::DecisionMaker, "Decision");
    tell(FieldKey::PainPoints, "Trouble today");
    if material.shown(FieldKey::Appointment).is_some() || material.callback.is_some_and(|call| call.at.is_some()) {
        tell(FieldKey::Objections, "Objection");
    }
    tell(FieldKey::MentionedProducts, "Spoken of");
    for (owner, words) in [(Owner::Agent, "The agent is to"), (Owner::Customer, "The customer is to")] {
        let tasks: Vec<String> = material.actions.iter().filter(|item| item.owner == owner).map(task).collect();
        if !tasks.is_empty() {
            sentences.push(format!("{words}: {}.", tasks.join("; ")));
        }
    }
    if talk.customer().next().is_some() {
        sentences.push(format!("Mood: {}{}.", mood_text(material.mood.label), trend_text(material.mood)));
    }
    sentences.join(" ")
}

fn task(item: &ActionItem) -> String {
    let text = item.text.reveal();
    let mut chars = text.chars();
    let first = chars.next().filter(|_| !text.starts_with("WhatsApp"));
    let lower: String = first.map_or_else(|| text.clone(), |first| first.to_lowercase().chain(chars).collect());
    match &item.due {
        Some(due) => format!("{lower} (by {})", display(due)),
        None => lower,
    }
}

fn mood_text(label: SentimentLabel) -> &'static str {
    match label {
        SentimentLabel::VeryNegative => "very bad",
        SentimentLabel::Negative => "critical",
        SentimentLabel::Neutral => "neutral",
        SentimentLabel::Positive => "warm",
        SentimentLabel::VeryPositive => "very warm",
    }
}

fn trend_text(mood: &Sentiment) -> &'static str {
    match mood.trend[2] - mood.trend[0] {
        change if change >= 0.3 => ", getting better",
        change if change <= -0.3 => ", getting worse",
        _ => "",
    }
}
