//! What a row says about a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Columns, NumberFound, NumberProblem, Target,
    numbers::{country_of, read_numbers},
};
use crate::pii::Personal;

/// A lead as a row gives it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// Empty when the row has none.
    pub name: Personal<String>,
    /// The first is the lead's.
    pub numbers: Vec<NumberFound>,
    pub email: Option<Personal<String>>,
    /// ISO 639.
    pub language: Option<String>,
    /// 0 to 100.
    pub priority: u32,
    pub source: Option<String>,
    pub source_detail: Option<Personal<String>>,
    pub do_not_call: bool,
    pub fields: Personal<BTreeMap<String, String>>,
    /// Values that were doubtful; the row is taken in nevertheless, and they are kept as they were given.
    pub notices: Vec<Problem<Notice>>,
}

/// Something about a column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem<T> {
    /// Place of the column, from 0.
    pub column: u32,
    pub what: T,
}

/// Why a value is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Notice {
    #[error("this is no e-mail address")]
    Email,
    #[error("the priority is no number from 0 to 100")]
    Priority,
    #[error("this language is not known")]
    Language,
    #[error("this is no pincode of that country")]
    Pincode,
    #[error("this is no date in the order of the column")]
    Date,
    #[error("this country is not known")]
    Country,
    #[error("a further number cannot be dialed")]
    OtherNumber,
    #[error("the text was longer than can be kept")]
    Shortened,
    #[error("neither yes nor no")]
    YesOrNo,
}

const MOST_NAME: usize = 120;
const MOST_VALUE: usize = 1_000;
const MOST_SOURCE: usize = 80;
const MOST_DETAIL: usize = 500;

/// Reads a row. `cells` may be fewer or more than columns.
///
/// # Errors
/// The column of the number, and why there is none that can be called: such a row is no lead.
pub fn read_row<'a>(
    columns: &Columns,
    cells: impl Iterator<Item = &'a str> + Clone,
) -> Result<Draft, Problem<NumberProblem>> {
    let mut reader = Reader { draft: Draft::default(), fields: BTreeMap::new(), name: String::new(), column: 0 };
    let country = reader.country(columns, cells.clone());
    let mut first_problem = None;
    let mut extension = None;
    for (column, (target, cell)) in columns.targets.iter().zip(cells.chain(std::iter::repeat(""))).enumerate() {
        reader.column = u32::try_from(column).unwrap_or(u32::MAX);
        if cell.is_empty() && *target != Target::Phone {
            continue;
        }
        match target {
            Target::LeaveOut | Target::Country => {}
            Target::Phone => reader.phone(cell, &country, &mut first_problem),
            Target::PhoneExtension => {
                extension = Some(cell.chars().filter(char::is_ascii_digit).take(7).collect::<String>())
            }
            other => reader.other(other, cell, &country),
        }
    }
    let Reader { mut draft, fields, name, .. } = reader;
    if draft.numbers.is_empty() {
        return Err(first_problem.unwrap_or(Problem { column: 0, what: NumberProblem::Missing }));
    }
    if let (Some(first), Some(extension)) = (draft.numbers.first_mut(), extension.filter(|text| !text.is_empty())) {
        first.extension.get_or_insert(extension);
    }
    draft.name = Personal::new(name);
    draft.fields = Personal::new(fields);
    Ok(draft)
}

struct Reader {
    draft: Draft,
    fields: BTreeMap<String, String>,
    name: String,
    column: u32,
}

impl Reader {
    fn notice(&mut self, what: Notice) {
        self.draft.notices.push(Problem { column: self.column, what });
    }

    /// The value is kept as it was given, in a fact of its own.
    fn doubtful(&mut self, what: Notice, name: &str, cell: &str) {
        self.notice(what);
        self.fields.insert(format!("{name}_as_given"), self.cut(cell, MOST_VALUE));
    }

    fn cut(&self, text: &str, most: usize) -> String {
        match text.char_indices().nth(most) {
            Some((end, _)) => text[..end].to_owned(),
            None => text.to_owned(),
        }
    }

    fn kept(&mut self, text: &str, most: usize) -> String {
        let kept = self.cut(text, most);
        if kept.len() < text.len() {
            self.notice(Notice::Shortened);
        }
        kept
    }

    /// Of this row: its own if it is known, else that of the file.
    fn country<'a>(&mut self, columns: &Columns, mut cells: impl Iterator<Item = &'a str>) -> String {
        let Some(at) = columns.targets.iter().position(|target| *target == Target::Country) else {
            return columns.country.clone();
        };
        let cell = cells.nth(at).unwrap_or_default();
        self.column = u32::try_from(at).unwrap_or(u32::MAX);
        match country_of(cell) {
            Some(code) => code,
            None => {
                if !cell.is_empty() {
                    self.doubtful(Notice::Country, "country", cell);
                }
                columns.country.clone()
            }
        }
    }

    fn phone(&mut self, cell: &str, country: &str, first: &mut Option<Problem<NumberProblem>>) {
        match read_numbers(cell, country) {
            Ok(found) => {
                for number in found {
                    if !self.draft.numbers.iter().any(|one| one.number == number.number) {
                        self.draft.numbers.push(number);
                    }
                }
            }
            Err(NumberProblem::Missing) if first.is_some() || !self.draft.numbers.is_empty() => {}
            Err(what) if self.draft.numbers.is_empty() => {
                // A wrong number says more than a missing one.
                if first.is_none_or(|before| before.what == NumberProblem::Missing) {
                    *first = Some(Problem { column: self.column, what });
                }
            }
            Err(_) => self.doubtful(Notice::OtherNumber, "phone", cell),
        }
    }

    fn other(&mut self, target: &Target, cell: &str, country: &str) {
        match target {
            Target::Name => {
                if !self.name.is_empty() {
                    self.name.push(' ');
                }
                let room = MOST_NAME.saturating_sub(self.name.chars().count());
                let part = self.kept(cell, room);
                self.name.push_str(&part);
            }
            Target::Email => match email(cell) {
                Some(email) => self.draft.email = Some(Personal::new(email)),
                None => self.doubtful(Notice::Email, "email", cell),
            },
            Target::Language => match language(cell) {
                Some(code) => self.draft.language = Some(code),
                None => self.doubtful(Notice::Language, "language", cell),
            },
            Target::Pincode => match pincode(cell, country) {
                Some(code) => {
                    self.fields.insert("pincode".to_owned(), code);
                }
                None => self.doubtful(Notice::Pincode, "pincode", cell),
            },
            Target::Priority => match priority(cell) {
                Some(priority) => self.draft.priority = priority,
                None => self.doubtful(Notice::Priority, "priority", cell),
            },
            Target::Source => self.draft.source = Some(self.kept(cell, MOST_SOURCE)),
            Target::SourceDetail => self.draft.source_detail = Some(Personal::new(self.kept(cell, MOST_DETAIL))),
            Target::DoNotCall => match yes(cell) {
                Some(yes) => self.draft.do_not_call = yes,
                // Who is in doubt is not called.
                None => {
                    self.draft.do_not_call = true;
                    self.doubtful(Notice::YesOrNo, "do_not_call", cell);
                }
            },
            Target::Field { key, dates } => {
                let date = dates.map(|order| order.read(cell));
                if date == Some(None) {
                    self.notice(Notice::Date);
                }
                let value = date.flatten().unwrap_or_else(|| self.kept(cell, MOST_VALUE));
                self.fields.insert(key.trim().to_owned(), value);
            }
            Target::LeaveOut | Target::Phone | Target::PhoneExtension | Target::Country => {}
        }
    }
}

/// One address with a name, an `@` and a domain with a dot (RFC 5321, sections 4.1.2 and 4.5.3.1, without quoted names).
fn email(text: &str) -> Option<String> {
    let text = text.strip_prefix("mailto:").unwrap_or(text).trim_matches(['<', '>', ' ', ';', ',']);
    let (name, host) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>[],;:\\\"@".contains(c);
    let name_fits = !name.is_empty() && name.len() <= 64 && name.chars().all(plain) && !name.contains("..");
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let host_fits = host.contains('.') && host.split('.').all(label) && !host.ends_with(|c: char| c.is_ascii_digit());
    (name_fits && !name.starts_with('.') && !name.ends_with('.') && host_fits && text.len() <= 254)
        .then(|| text.to_owned())
}

/// Of a code or a name.
fn language(text: &str) -> Option<String> {
    const LANGUAGES: [(&str, &str); 26] = [
        ("en", "english"),
        ("hi", "hindi"),
        ("bn", "bengali"),
        ("te", "telugu"),
        ("mr", "marathi"),
        ("ta", "tamil"),
        ("ur", "urdu"),
        ("gu", "gujarati"),
        ("kn", "kannada"),
        ("ml", "malayalam"),
        ("or", "odia"),
        ("pa", "punjabi"),
        ("as", "assamese"),
        ("ne", "nepali"),
        ("si", "sinhala"),
        ("sa", "sanskrit"),
        ("ar", "arabic"),
        ("fr", "french"),
        ("de", "german"),
        ("es", "spanish"),
        ("pt", "portuguese"),
        ("it", "italian"),
        ("ru", "russian"),
        ("zh", "chinese"),
        ("ja", "japanese"),
        ("ko", "korean"),
    ];
    let lower = text.trim().to_lowercase();
    let code = lower.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.iter().find(|(known, name)| *known == code || *name == lower).map(|(code, _)| (*code).to_owned())
}

/// Six digits in India, five with an optional part of four in the United States, elsewhere 3 to 10 letters and digits.
fn pincode(text: &str, country: &str) -> Option<String> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect::<String>().to_ascii_uppercase();
    let digits = plain.bytes().all(|byte| byte.is_ascii_digit());
    let fits = match country {
        "IN" => digits && plain.len() == 6 && !plain.starts_with('0'),
        "US" => digits && matches!(plain.len(), 5 | 9),
        _ => (3..=10).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    fits.then_some(plain)
}

fn priority(text: &str) -> Option<u32> {
    match text.trim().to_lowercase().as_str() {
        "high" | "hot" | "urgent" => Some(90),
        "medium" | "normal" | "warm" => Some(50),
        "low" | "cold" => Some(10),
        other => other.strip_suffix(".0").unwrap_or(other).parse().ok().filter(|priority| *priority <= 100),
    }
}

fn yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "y" | "yes" | "true" | "1" | "x" | "dnd" | "dnc" | "हाँ" => Some(true),
        "n" | "no" | "false" | "0" | "-" | "नहीं" => Some(false),
        _ => None,
    }
}
