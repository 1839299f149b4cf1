//! Where columns most likely go, by their names and first values.

use super::{Target, numbers::read_numbers, order_of};

/// Words in names of columns, in small letters without marks. The first that fits counts.
const BY_NAME: [(&str, &[&str]); 13] = [
    ("do_not_call", &["dnd", "dnc", "donotcall", "donotdisturb", "optout", "unsubscribed"]),
    ("extension", &["extension", "ext", "extn"]),
    ("email", &["email", "mail", "emailid", "emailaddress", "ईमेल"]),
    (
        "phone",
        &[
            "phone",
            "mobile",
            "contactno",
            "contactnumber",
            "tel",
            "telephone",
            "cell",
            "whatsapp",
            "msisdn",
            "number",
            "landline",
            "phoneno",
            "mobileno",
            "फोन",
            "फ़ोन",
            "मोबाइल",
        ],
    ),
    (
        "name",
        &[
            "name",
            "fullname",
            "firstname",
            "lastname",
            "surname",
            "customer",
            "customername",
            "visitor",
            "visitorname",
            "contact",
            "contactname",
            "lead",
            "leadname",
            "नाम",
        ],
    ),
    ("country", &["country", "countrycode", "isd"]),
    ("pincode", &["pincode", "pin", "zip", "zipcode", "postcode", "postalcode"]),
    ("language", &["language", "lang", "preferredlanguage", "भाषा"]),
    ("priority", &["priority", "score", "leadscore"]),
    ("source_detail", &["sourcedetail", "utmcampaign", "campaignname", "medium", "utmmedium"]),
    ("source", &["source", "leadsource", "utmsource", "channel"]),
    ("leave_out", &["sno", "srno", "serialno", "slno", "index", "id"]),
    ("", &[]),
];

/// A target for each column: by name, else by what stands in it, else as a fact of its own. Empty columns are left out.
pub fn guess_targets(header: &[String], samples: &[Vec<String>], country: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::with_capacity(header.len());
    let mut fields = 0;
    for (n, title) in header.iter().enumerate() {
        let values = || samples.iter().map(move |row| row.get(n).map_or("", String::as_str));
        let mut target = guess(title, values(), country);
        let again = !matches!(target, Target::Name | Target::Phone | Target::LeaveOut | Target::Field { .. });
        if again && targets.contains(&target) {
            target = field(title, n, values(), country);
        }
        if let Target::Field { .. } = target {
            fields += 1;
            if fields > super::columns::MOST_FIELDS || (!samples.is_empty() && values().all(|value| value.is_empty())) {
                target = Target::LeaveOut;
            }
        }
        targets.push(target);
    }
    targets
}

fn guess<'a>(title: &str, values: impl Iterator<Item = &'a str> + Clone, country: &str) -> Target {
    let plain: String = title.to_lowercase().chars().filter(|c| c.is_alphanumeric() || !c.is_ascii()).collect();
    let counted = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let named = BY_NAME.iter().find(|(_, words)| words.contains(&plain.as_str()) || words.contains(&counted));
    match named.map(|(target, _)| *target) {
        Some("do_not_call") => Target::DoNotCall,
        Some("extension") => Target::PhoneExtension,
        Some("email") => Target::Email,
        Some("phone") => Target::Phone,
        Some("name") => Target::Name,
        Some("country") => Target::Country,
        Some("pincode") => Target::Pincode,
        Some("language") => Target::Language,
        Some("priority") => Target::Priority,
        Some("source") => Target::Source,
        Some("source_detail") => Target::SourceDetail,
        Some("leave_out") => Target::LeaveOut,
        _ => by_values(values.clone(), country).unwrap_or_else(|| field(title, 0, values, country)),
    }
}

/// At least four of five values say the same.
fn by_values<'a>(values: impl Iterator<Item = &'a str> + Clone, country: &str) -> Option<Target> {
    let values = values.filter(|value| !value.is_empty());
    let all = values.clone().count();
    let mostly = |count: usize| all > 0 && count * 5 >= all * 4;
    if mostly(values.clone().filter(|value| value.contains('@') && value.contains('.')).count()) {
        return Some(Target::Email);
    }
    let numbers = values.filter(|value| {
        value.chars().filter(char::is_ascii_digit).count() >= 8 && read_numbers(value, country).is_ok()
    });
    mostly(numbers.count()).then_some(Target::Phone)
}

/// A fact under the name of the column, in the form of keys.
fn field<'a>(title: &str, n: usize, values: impl Iterator<Item = &'a str> + Clone, country: &str) -> Target {
    let mut key = String::new();
    for c in title.trim().to_lowercase().chars() {
        if c.is_alphanumeric() || !c.is_ascii() {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    let mut key: String = key.trim_end_matches('_').chars().take(40).collect();
    if key.is_empty() {
        key = format!("column_{}", n + 1);
    }
    Target::Field { key, dates: order_of(values, country) }
}
