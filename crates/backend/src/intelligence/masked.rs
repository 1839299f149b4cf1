//! Contact data among what was learned, for readers who may not see it.
//!
//! The words of the call stay as they were said: whoever may read them may also hear them.

use domain::{
    intelligence::{ExtractedField, FieldKey, FieldValue},
    masking,
    pii::Personal,
};
use wire::intelligence::FieldProposal;

/// How a text under this key is hidden; `None` for what is no contact data.
fn mask_of(key: &str) -> Option<fn(&str) -> String> {
    match key.trim_start_matches("fields.") {
        "email" => Some(masking::mask_email),
        "phone" => Some(masking::mask_number),
        _ => None,
    }
}

pub(super) fn field(field: &mut ExtractedField) {
    let mask = match field.key {
        FieldKey::Email => masking::mask_email,
        FieldKey::Phone => masking::mask_number,
        _ => return,
    };
    field.display = Personal::new(mask(field.display.reveal()));
    if let FieldValue::Text { text } = &mut field.value {
        *text = Personal::new(mask(text.reveal()));
    }
}

pub(super) fn proposal(proposal: &mut FieldProposal) {
    let Some(mask) = mask_of(&proposal.field) else { return };
    proposal.proposed = mask(&proposal.proposed);
    proposal.current = proposal.current.as_deref().map(mask);
}

#[cfg(test)]
mod tests {
    use domain::intelligence::Evidence;

    use super::*;

    fn learned(key: FieldKey, text: &str) -> ExtractedField {
        ExtractedField {
            key,
            value: FieldValue::Text { text: Personal::new(text.to_owned()) },
            display: Personal::new(text.to_owned()),
            evidence: Evidence { quote: Personal::new("as it was said".to_owned()), at_s: 1.0, segment: 0 },
            asked: None,
            more: Vec::new(),
            confidence: 0.9,
            engine: "rules".to_owned(),
        }
    }

    #[test]
    fn e_mail_and_number_are_masked_and_nothing_else() {
        let mut all = [
            learned(FieldKey::Email, "asha.marigold@example.com"),
            learned(FieldKey::Phone, "+919800000101"),
            learned(FieldKey::Budget, "60 lakh"),
        ];
        all.iter_mut().for_each(field);
        let shown: Vec<_> = all.iter().map(|one| one.display.reveal().as_str()).collect();
        assert_eq!(shown, ["a•••@example.com", "+91 98••••••01", "60 lakh"]);
        let values = serde_json::to_string(&all).unwrap();
        assert!(!values.contains("marigold") && !values.contains("9800000101"), "{values}");
    }

    #[test]
    fn both_sides_of_a_proposal_are_masked() {
        let mut one = FieldProposal {
            field: "email".to_owned(),
            current: Some("old@example.com".to_owned()),
            proposed: "asha@example.com".to_owned(),
            quote: "asha at example dot com".to_owned(),
            at_s: 3.0,
            confidence: 0.9,
            engine: "rules".to_owned(),
        };
        proposal(&mut one);
        assert_eq!((one.current.as_deref(), one.proposed.as_str()), (Some("o•••@example.com"), "a•••@example.com"));
    }
}
