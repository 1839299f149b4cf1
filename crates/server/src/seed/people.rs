//! Invented people. Their numbers are from ranges that fiction uses.

use std::collections::BTreeMap;

use backend::{Backend, error::BackendError};
use rand::{Rng, RngExt, rngs::StdRng};
use wire::leads::{CreateLead, Lead, UpdateLead};

use super::Staff;

const AGENTS: [&str; 10] = [
    "Farid Kettlewell",
    "Mira Tamarind",
    "Kabir Bluegate",
    "Nisha Saltpan",
    "Arjun Windmere",
    "Gita Papermoon",
    "Tomas Lanternwala",
    "Sana Riverstone",
    "Dev Marigold",
    "Ila Kettle",
];
const FIRST: [&str; 20] = [
    "Aarav", "Bela", "Chirag", "Diya", "Eshan", "Farah", "Gaurav", "Hema", "Ishaan", "Jaya", "Kavya", "Lalit", "Meera",
    "Nikhil", "Ojas", "Pooja", "Rohit", "Sunita", "Tarun", "Uma",
];
const LAST: [&str; 16] = [
    "Brook", "Canal", "Dune", "Elm", "Fern", "Grove", "Harbour", "Iris", "Juniper", "Kestrel", "Lantern", "Meadow",
    "Nook", "Orchard", "Pine", "Quay",
];
const SOURCES: [(&str, &str); 4] = [
    ("Facebook ad", "2 BHK, Juniper Heights"),
    ("Website", "Price list"),
    ("Newspaper", "Sunday edition"),
    ("Friend", ""),
];
const AREAS: [&str; 5] = ["Whitefield", "Old Canal Road", "Baner", "Harbour Ward", "Lake View"];
const STAGES: [&str; 4] = ["new", "contacted", "interested", "visit_booked"];
const MOST_LEADS: u32 = 600;

/// No two of the first 300 have the same.
pub(super) fn agent_name(index: usize) -> String {
    match (AGENTS.get(index), index.saturating_sub(AGENTS.len())) {
        (Some(name), _) => (*name).to_owned(),
        (None, more) => {
            format!("{} {}", FIRST[more % FIRST.len()], LAST[(more + more / FIRST.len()) % LAST.len()])
        }
    }
}

pub(super) fn email(name: &str, domain: &str) -> String {
    format!("{}@{domain}", name.to_lowercase().replace(' ', "."))
}

pub(super) fn pick<'a, T>(random: &mut impl Rng, from: &'a [T]) -> &'a T {
    &from[random.random_range(0..from.len())]
}

fn fields(random: &mut StdRng) -> BTreeMap<String, String> {
    let lakh = random.random_range(4..14) * 10;
    [
        ("bedrooms".to_owned(), format!("{} BHK", random.random_range(1..5))),
        ("preferred_location".to_owned(), (*pick(random, &AREAS)).to_owned()),
        ("budget".to_owned(), format!("₹{lakh} lakh")),
    ]
    .into_iter()
    .collect()
}

/// The people of the past calls, and the two who call in the demo.
pub(super) async fn leads(
    backend: &Backend,
    staff: &Staff,
    random: &mut StdRng,
    calls: u32,
) -> Result<Vec<Lead>, BackendError> {
    let mut leads = Vec::new();
    leads.push(expected(backend, staff).await?);
    for index in 0..(calls / 3).clamp(12, MOST_LEADS) {
        let name = format!("{} {}", pick(random, &FIRST), pick(random, &LAST));
        let (source, detail) = *pick(random, &SOURCES);
        let owner = pick(random, &staff.agents).id;
        let body = CreateLead {
            name,
            phone: format!("+9198000{:05}", 10_000 + index),
            email: None,
            campaign_id: Some(staff.campaign),
            source: Some(source.to_owned()),
            source_detail: Some(detail.to_owned()).filter(|detail| !detail.is_empty()),
            language: Some("en".to_owned()),
            zone: None,
            owner_id: Some(owner),
            fields: fields(random),
        };
        let lead = backend.create_lead(&staff.admin, body).await?;
        let stage = (*pick(random, &STAGES)).to_owned();
        let change = UpdateLead { stage: Some(stage), ..UpdateLead::default() };
        leads.push(backend.update_lead(&staff.admin, lead.id, change).await?);
    }
    Ok(leads)
}

/// Asha, whom the simulator lets call: known by her number, and what she wants is not known yet.
async fn expected(backend: &Backend, staff: &Staff) -> Result<Lead, BackendError> {
    let number = simulator::customer::CustomerScript::asha()
        .map(|script| script.number.clone())
        .map_err(|error| BackendError::Internal(error.to_string()))?;
    let body = CreateLead {
        name: "Asha Marigold".to_owned(),
        phone: number,
        campaign_id: Some(staff.campaign),
        source: Some("Facebook ad".to_owned()),
        source_detail: Some("2 BHK, Juniper Heights".to_owned()),
        language: Some("en".to_owned()),
        owner_id: staff.agents.first().map(|agent| agent.id),
        ..CreateLead::default()
    };
    backend.create_lead(&staff.admin, body).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn three_hundred_agents_have_an_e_mail_address_each() {
        let emails: BTreeSet<String> = (0..300).map(|n| email(&agent_name(n), "demo.example")).collect();
        assert_eq!(emails.len(), 300);
        assert_eq!(agent_name(0), "Farid Kettlewell");
    }
}
