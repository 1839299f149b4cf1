//! The facts that an engine may extract, and the shapes their values have.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::When;
use crate::pii::Personal;

/// Which fact. Serialises as the snake-case name, which is also the lead field it proposes to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FieldKey {
    CustomerName,
    Email,
    Phone,
    Budget,
    PreferredLocation,
    Bedrooms,
    PropertyType,
    Requirements,
    Timeline,
    Financing,
    DecisionMaker,
    PainPoints,
    Objections,
    MentionedProducts,
    Appointment,
}

impl FieldKey {
    pub const ALL: [Self; 15] = [
        Self::CustomerName,
        Self::Email,
        Self::Phone,
        Self::Budget,
        Self::PreferredLocation,
        Self::Bedrooms,
        Self::PropertyType,
        Self::Requirements,
        Self::Timeline,
        Self::Financing,
        Self::DecisionMaker,
        Self::PainPoints,
        Self::Objections,
        Self::MentionedProducts,
        Self::Appointment,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerName => "customer_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Budget => "budget",
            Self::PreferredLocation => "preferred_location",
            Self::Bedrooms => "bedrooms",
            Self::PropertyType => "property_type",
            Self::Requirements => "requirements",
            Self::Timeline => "timeline",
            Self::Financing => "financing",
            Self::DecisionMaker => "decision_maker",
            Self::PainPoints => "pain_points",
            Self::Objections => "objections",
            Self::MentionedProducts => "mentioned_products",
            Self::Appointment => "appointment",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == text)
    }
}

/// How soon the customer wants to act, counted from the day of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum TimelineClass {
    /// Within one month.
    #[serde(rename = "immediate")]
    Immediate,
    #[serde(rename = "1_3_months")]
    OneToThreeMonths,
    #[serde(rename = "3_6_months")]
    ThreeToSixMonths,
    #[serde(rename = "6_12_months")]
    SixToTwelveMonths,
    /// After more than a year.
    #[serde(rename = "later")]
    Later,
    #[serde(rename = "unknown")]
    Unknown,
}

impl TimelineClass {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::OneToThreeMonths => "1_3_months",
            Self::ThreeToSixMonths => "3_6_months",
            Self::SixToTwelveMonths => "6_12_months",
            Self::Later => "later",
            Self::Unknown => "unknown",
        }
    }
}

/// A normalised value. In JSON the shape is named by `type`.
///
/// | key | shape |
/// |---|---|
/// | customer_name, email, phone (E.164), preferred_location with one place | `text` |
/// | budget | `money` |
/// | bedrooms | `number`, or `list` when several sizes are fine |
/// | property_type | `choice`: apartment, villa, plot, house, office, shop, studio, penthouse, pg, land, warehouse |
/// | financing | `choice`: loan_needed, loan_approved, self_funded, undecided |
/// | decision_maker | `choice`: self, spouse, parents, family, company, joint |
/// | timeline | `timeline` |
/// | appointment | `moment` |
/// | requirements, pain_points, objections, mentioned_products, several places | `list` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldValue {
    Text {
        text: Personal<String>,
    },
    Number {
        number: f64,
    },
    /// Whole units of `currency` (ISO 4217). An open end is absent: "under 80 lakh" has only `max`.
    Money {
        min: Option<u64>,
        max: Option<u64>,
        currency: String,
    },
    Date {
        date: Date,
    },
    Moment(When),
    Choice {
        code: String,
    },
    List {
        items: Vec<String>,
    },
    /// `target` is the day by which, when one was said.
    Timeline {
        class: TimelineClass,
        target: Option<Date>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_key_is_its_json() {
        for key in FieldKey::ALL {
            assert_eq!(serde_json::to_string(&key).unwrap(), format!("\"{}\"", key.as_str()));
            assert_eq!(FieldKey::parse(key.as_str()), Some(key));
        }
        assert_eq!(FieldKey::parse("shoe_size"), None);
    }

    #[test]
    fn values_name_their_shape() {
        let money = FieldValue::Money { min: Some(6_000_000), max: Some(7_000_000), currency: "INR".into() };
        let json = serde_json::to_string(&money).unwrap();
        assert_eq!(json, r#"{"type":"money","min":6000000,"max":7000000,"currency":"INR"}"#);
        assert_eq!(serde_json::from_str::<FieldValue>(&json).unwrap(), money);
        let soon = FieldValue::Timeline { class: TimelineClass::OneToThreeMonths, target: None };
        assert_eq!(serde_json::to_string(&soon).unwrap(), r#"{"type":"timeline","class":"1_3_months","target":null}"#);
    }
}
