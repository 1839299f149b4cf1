//! Leads that forms and programs hand in: what the fields of a form mean, by the same rules as the columns of a file.

mod consents;

pub use consents::{ConsentRule, FormConsent, MOST_CONSENTS};

use serde::{Deserialize, Serialize};

use crate::{
    imports::{
        ColumnRule, Columns, Draft, Duplicates, FileReading, ImportPlan, KnownWithin, Listed, MappingProblem,
        NumberProblem, Problem, read_row,
    },
    pii::Personal,
};

/// How the forms of one key are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct IntakePlan {
    /// Of fields of the form and of UTM parameters; what is named nowhere is left out.
    pub columns: Vec<ColumnRule>,
    /// ISO 3166 alpha-2: of numbers without a country.
    pub country: String,
    #[serde(default)]
    pub duplicates: Duplicates,
    #[serde(default)]
    pub known_within: KnownWithin,
    /// A field that people do not see: whoever fills it in is a program. Empty: none.
    #[serde(default)]
    pub honeypot: String,
    /// Fields by which people say how they may be contacted.
    #[serde(default)]
    pub consents: Vec<ConsentRule>,
}

/// Something about a field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// As the form names it.
    pub field: String,
    pub problem: String,
}

/// What a form says.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// The field that people do not see was filled in.
    Spam,
    Lead {
        draft: Box<Draft>,
        /// Values that were doubtful and are kept as they were given.
        notices: Vec<FormProblem>,
        /// What the person said about being contacted.
        consents: Vec<FormConsent>,
    },
}

impl IntakePlan {
    fn as_import(&self) -> ImportPlan {
        ImportPlan {
            reading: FileReading { encoding: "utf-8".to_owned(), separator: ",".to_owned(), header: true },
            columns: self.columns.clone(),
            country: self.country.clone(),
            campaign_id: None,
            source: None,
            duplicates: self.duplicates,
            known_within: self.known_within,
            listed: Listed::TakeInMarked,
        }
    }

    /// # Errors
    /// All that does not fit each other, whatever the form.
    pub fn check(&self) -> Result<(), Vec<MappingProblem>> {
        let names: Vec<String> = self.columns.iter().map(|rule| rule.column.clone()).collect();
        Columns::fit(&self.as_import(), &names).map(|_| ())
    }

    /// Reads fields of which every one that the plan needs is there, as a row of a file.
    pub(crate) fn read_row(&self, cells: &[(String, String)]) -> Result<Draft, Problem<NumberProblem>> {
        let header: Vec<String> = cells.iter().map(|(name, _)| name.clone()).collect();
        let missing = Problem { column: 0, what: NumberProblem::Missing };
        let columns = Columns::fit(&self.as_import(), &header).map_err(|_| missing)?;
        read_row(&columns, cells.iter().map(|(_, text)| text.as_str()))
    }

    /// Reads a form: its fields with their texts, in whatever order.
    ///
    /// # Errors
    /// The fields without which there is no lead.
    pub fn read(&self, fields: &[(String, String)]) -> Result<Form, Vec<FormProblem>> {
        let trap = |(name, text): &(String, String)| {
            !self.honeypot.trim().is_empty()
                && name.eq_ignore_ascii_case(self.honeypot.trim())
                && !text.trim().is_empty()
        };
        if fields.iter().any(trap) {
            return Ok(Form::Spam);
        }
        let header: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
        let columns = Columns::fit(&self.as_import(), &header).map_err(|problems| missing(&problems))?;
        let named = |column: u32| header.get(column as usize).cloned().unwrap_or_default();
        let plain: Vec<String> = fields.iter().map(|(_, text)| text.replace('\0', "").trim().to_owned()).collect();
        match read_row(&columns, plain.iter().map(String::as_str)) {
            Ok(mut draft) => {
                let notices = draft.notices.iter().map(|one| said(named(one.column), one.what.to_string())).collect();
                draft.name = Personal::new(draft.name.reveal().trim().to_owned());
                Ok(Form::Lead { draft: Box::new(draft), notices, consents: consents::read(&self.consents, fields) })
            }
            Err(wrong) => Err(vec![said(named(wrong.column), wrong.what.to_string())]),
        }
    }
}

const fn said(field: String, problem: String) -> FormProblem {
    FormProblem { field, problem }
}

/// The plan was checked when it was saved, so only the number can be missing.
fn missing(problems: &[MappingProblem]) -> Vec<FormProblem> {
    let told = |problem: &MappingProblem| match problem {
        MappingProblem::PhoneColumnMissing(field) => said(field.clone(), "a telephone number is needed".to_owned()),
        other => said("mapping".to_owned(), other.to_string()),
    };
    problems.iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::Target;

    fn plan() -> IntakePlan {
        let rule = |column: &str, target| ColumnRule::new(column.to_owned(), target);
        let field = |key: &str| Target::Field { key: key.to_owned(), dates: None };
        IntakePlan {
            columns: vec![
                rule("name", Target::Name),
                rule("mobile", Target::Phone),
                rule("mail", Target::Email),
                rule("utm_source", Target::SourceDetail),
                rule("utm_campaign", field("utm_campaign")),
            ],
            country: "IN".to_owned(),
            duplicates: Duplicates::Merge,
            known_within: KnownWithin::Campaign,
            honeypot: "website".to_owned(),
            consents: Vec::new(),
        }
    }

    fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_form_becomes_a_lead_with_its_campaign_of_advertising() {
        let fields = form(&[
            ("utm_campaign", "diwali"),
            ("MOBILE", " 098123 00021 "),
            ("name", "Asha\0 Rao"),
            ("utm_source", "search"),
            ("mail", "nowhere"),
            ("other", "left out"),
            ("website", ""),
        ]);
        let Form::Lead { draft, notices, .. } = plan().read(&fields).unwrap() else { panic!("spam") };
        assert_eq!(draft.name.reveal(), "Asha Rao");
        assert_eq!(draft.numbers[0].number.as_str(), "+919812300021");
        assert_eq!(draft.source_detail.as_ref().map(|text| text.reveal().as_str()), Some("search"));
        assert_eq!(draft.fields.reveal()["utm_campaign"], "diwali");
        assert_eq!(notices, [said("mail".to_owned(), "this is no e-mail address".to_owned())]);
        assert!(!draft.fields.reveal().contains_key("other"));
    }

    #[test]
    fn a_form_without_a_number_says_which_field_is_wrong() {
        let wrong = |fields: &[(&str, &str)]| plan().read(&form(fields)).unwrap_err();
        let missing = said("mobile".to_owned(), "a telephone number is needed".to_owned());
        assert_eq!(wrong(&[("name", "Asha")]), [missing]);
        let none = said("mobile".to_owned(), "no telephone number".to_owned());
        assert_eq!(wrong(&[("name", "Asha"), ("mobile", " ")]), [none]);
        assert_eq!(wrong(&[("mobile", "12345")])[0].field, "mobile");
    }

    #[test]
    fn who_fills_in_what_people_do_not_see_is_a_program() {
        assert_eq!(plan().read(&form(&[("Website", "http://spam")])), Ok(Form::Spam));
    }

    #[test]
    fn rules_that_do_not_fit_are_named() {
        assert_eq!(plan().check(), Ok(()));
        let without = IntakePlan { columns: Vec::new(), ..plan() };
        assert_eq!(without.check(), Err(vec![MappingProblem::NoPhone]));
        let nowhere = IntakePlan { country: "XX".to_owned(), ..plan() };
        assert_eq!(nowhere.check(), Err(vec![MappingProblem::Country("XX".to_owned())]));
    }
}
