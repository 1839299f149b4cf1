//! Leads by the hundred thousand, the same for the same seed, written as fast as the engine takes them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{CampaignId, LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
    worklist,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    On, Store, TenantScope,
    error::Result,
    leads::{Heat, Lead, written},
    seal::{email_term, name_terms, number_terms},
    sql::{Arg, args},
};

const FIRST: [&str; 24] = [
    "Aarav", "Bela", "Chirag", "Diya", "Eshan", "Farah", "Gaurav", "Hema", "Ishaan", "Jaya", "Kavya", "Lalit", "Meera",
    "Nikhil", "Ojas", "Pooja", "Rohit", "Sunita", "Tarun", "Uma", "Vikram", "Wasim", "Yash", "Zoya",
];
const LAST: [&str; 20] = [
    "Brook", "Canal", "Dune", "Elm", "Fern", "Grove", "Harbour", "Iris", "Juniper", "Kestrel", "Lantern", "Meadow",
    "Nook", "Orchard", "Pine", "Quay", "Reed", "Stone", "Thorn", "Vale",
];
const SOURCES: [&str; 8] = ["Facebook", "Website", "Portal", "Newspaper", "Friend", "Fair", "Radio", "Walk-in"];
const LANGUAGES: [&str; 5] = ["en", "hi", "ta", "mr", "bn"];
const STAGES: [&str; 4] = ["new", "contacted", "interested", "visit_booked"];
/// In one statement: 27 values each.
const ROWS: u32 = 500;

/// What the leads are like.
#[derive(Debug, Clone)]
pub struct ManyLeads {
    pub seed: u64,
    pub count: u32,
    /// Each gets about the same; without owners the leads are of their campaigns.
    pub owners: Vec<UserId>,
    pub campaign: Option<CampaignId>,
    /// They can be found by name, number and e-mail. It multiplies the rows by twenty.
    pub searchable: bool,
    /// The newest came in then; each one before a second earlier.
    pub newest_at: UnixMillis,
}

impl ManyLeads {
    fn lead(&self, n: u32, random: &mut StdRng) -> Lead {
        let created_at = UnixMillis(self.newest_at.0 - i64::from(self.count - 1 - n) * 1000);
        let mut bytes = [0; 16];
        // As the ids of version 7: in the order in which they were made.
        bytes[..6].copy_from_slice(&created_at.0.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random.random::<[u8; 10]>());
        let pick = |random: &mut StdRng, from: &[&str]| from[random.random_range(0..from.len())].to_owned();
        let name = format!("{} {}", pick(random, &FIRST), pick(random, &LAST));
        let heat = [Heat::Cold, Heat::Cold, Heat::Warm, Heat::Hot][random.random_range(0..4)];
        let budget = format!("{}", random.random_range(20..200) * 100_000);
        Lead {
            id: LeadId::new(Uuid::from_bytes(bytes)),
            name: Personal::new(name),
            phone: Personal::new(format!("+9170{:08}", n)),
            email: Some(Personal::new(format!("lead{n}@example.com"))),
            stage: pick(random, &STAGES),
            heat,
            source: Some(pick(random, &SOURCES)),
            source_detail: None,
            owner_id: (!self.owners.is_empty()).then(|| self.owners[n as usize % self.owners.len()]),
            owner_name: None,
            campaign_id: self.campaign,
            language: Some(pick(random, &LANGUAGES)),
            zone: "Asia/Kolkata".to_owned(),
            zone_source: "phone".to_owned(),
            do_not_call: false,
            fields: Personal::new(BTreeMap::from([("budget".to_owned(), budget)])),
            provenance: Personal::new(json!({})),
            attempts: 0,
            last_contact_at: None,
            created_at,
            updated_at: created_at,
            version: 1,
        }
    }

    /// Writes them, a transaction for each part of a statement's size.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn write(&self, store: &Store, scope: TenantScope) -> Result<()> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut n = 0;
        while n < self.count {
            let until = (n + ROWS).min(self.count);
            let leads: Vec<Lead> = (n..until).map(|n| self.lead(n, &mut random)).collect();
            let mut tx = store.begin().await?;
            insert(&mut On::from(&mut tx), scope, &leads).await?;
            if self.searchable {
                terms(&mut On::from(&mut tx), scope, &leads).await?;
            }
            tx.commit().await?;
            n = until;
        }
        Ok(())
    }
}

async fn insert(on: &mut On<'_>, scope: TenantScope, leads: &[Lead]) -> Result<()> {
    let keys = on.keys();
    let (mut rows, mut all): (Vec<String>, Vec<Arg>) = (Vec::new(), Vec::new());
    for lead in leads {
        let from = all.len() + 1;
        all.extend(written(&keys, scope, lead)?);
        let standing = worklist::first(&lead.stage, lead.heat.into(), lead.do_not_call, lead.created_at);
        let placed = standing.as_ref().map(worklist::place);
        all.extend(args![lead.version, lead.created_at, standing.map(|one| one.kind.as_str())]);
        all.extend(args![placed.map(|place| u32::from(place.class)), placed.map_or(0, |place| place.key)]);
        let numbers: Vec<String> = (from..=all.len()).map(|n| format!("${n}")).collect();
        rows.push(format!("({})", numbers.join(", ")));
    }
    let sql = format!(
        "INSERT INTO leads (tenant_id, id, name, phone, phone_hash, email, email_hash, stage, heat, source, source_detail, \
         owner_id, campaign_id, language, zone, zone_source, do_not_call, fields, provenance, attempts, last_contact_at_ms, \
         updated_at_ms, version, created_at_ms, line_kind, line_class, line_key) VALUES {}",
        rows.join(", ")
    );
    on.write(AssertSqlSafe(sql), all).await?;
    Ok(())
}

async fn terms(on: &mut On<'_>, scope: TenantScope, leads: &[Lead]) -> Result<()> {
    let keys = on.keys();
    let mut all: Vec<(String, String)> = Vec::new();
    for lead in leads {
        let mut terms: BTreeSet<String> = name_terms(lead.name.reveal());
        terms.extend(number_terms(lead.phone.reveal()));
        terms.extend(lead.email.iter().map(|email| email_term(email.reveal())));
        let id = lead.id.to_string();
        all.extend(keys.hashed_terms(scope, terms).into_iter().map(|term| (id.clone(), term)));
    }
    for part in all.chunks(5000) {
        let mut args = args![scope];
        let mut rows = Vec::with_capacity(part.len());
        for (id, term) in part {
            rows.push(format!("($1, 'lead', ${}, ${})", args.len() + 1, args.len() + 2));
            args.extend(args![id, term]);
        }
        let sql = format!("INSERT INTO search_terms (tenant_id, subject, subject_id, term) VALUES {}", rows.join(", "));
        on.write(AssertSqlSafe(sql), args).await?;
    }
    Ok(())
}
