//! Leads by the hundred thousand, the same for the same seed, written as fast as the engine takes them.

use std::collections::BTreeMap;

use domain::{
    ids::{CampaignId, LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Store, TenantScope,
    error::Result,
    leads::{Heat, Lead, bulk},
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
/// In one transaction.
const ROWS: u32 = 4_096;

/// What the leads are like.
#[derive(Debug, Clone)]
pub struct ManyLeads {
    pub seed: u64,
    pub count: u32,
    /// Each gets about the same; without owners the leads are of their campaigns.
    pub owners: Vec<UserId>,
    pub campaign: Option<CampaignId>,
    /// They can be found by name, number and e-mail.
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
            phone_kind: None,
            phone_extension: None,
            priority: 0,
            import_id: None,
            attempts: 0,
            last_contact_at: None,
            created_at,
            updated_at: created_at,
            version: 1,
        }
    }

    /// Writes them, a transaction for each part.
    ///
    /// # Errors
    /// As the engine says.
    pub async fn write(&self, store: &Store, scope: TenantScope) -> Result<()> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut n = 0;
        while n < self.count {
            let until = (n + ROWS).min(self.count);
            let leads: Vec<_> = (n..until).map(|n| (self.lead(n, &mut random), Vec::new())).collect();
            let sealed = bulk::seal(store, scope, leads.iter())?;
            let mut later = bulk::Unsearchable::default();
            let mut tx = store.begin().await?;
            bulk::insert(&mut tx, sealed, &mut later).await?;
            let mut rows = later.take();
            while self.searchable && !rows.is_empty() {
                bulk::make_searchable(&mut tx, scope, &mut rows, 2_000).await?;
            }
            tx.commit().await?;
            n = until;
        }
        Ok(())
    }
}
