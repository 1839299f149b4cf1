//! People who do not want to be contacted any more: by a key in a call, by a word in a message, by the link of an e-mail.

mod by_key;
mod by_link;
mod by_message;
mod link;

pub use by_link::OptOutPage;

use std::collections::BTreeSet;

use domain::{
    consent::{Channel, Consent, Source},
    ids::{ConsentId, DncId, LeadId},
    phone_number::E164,
    pii::Personal,
};
use storage::{TenantScope, Tx, consents::ConsentRow, dnc::DncEntry};

use crate::{clock, do_not_call::put_on_list, error::BackendError};

/// What is withdrawn of somebody who never said for what.
const MARKETING: &str = "marketing";
/// Of one person.
const MOST_READ: usize = 200;

/// How a wish came in, and what shows it.
struct Wish<'a> {
    source: Source,
    proof: &'a str,
}

/// No campaign calls this number any more.
async fn stop_calls(unit: &mut Tx, scope: TenantScope, number: &E164, wish: &Wish<'_>) -> Result<(), BackendError> {
    let entry = DncEntry {
        id: DncId::new(clock::new_uuid()),
        number: Personal::new(number.as_str().to_owned()),
        campaign_id: None,
        until: None,
        reason: "asked not to be called".to_owned(),
        source: wish.source.as_str().to_owned(),
        proof: Some(Personal::new(wish.proof.to_owned())),
        added_by: None,
        added_by_name: None,
        added_at: clock::now(),
    };
    put_on_list(unit, scope, &entry).await?;
    Ok(())
}

/// The last word of a person about a purpose of a channel, with how it came.
struct LastWord {
    purpose: String,
    given: bool,
    source: String,
}

async fn last_words(
    unit: &mut Tx,
    scope: TenantScope,
    lead: LeadId,
    channel: Channel,
) -> Result<Vec<LastWord>, BackendError> {
    let mut seen = BTreeSet::new();
    let rows = storage::consents::of_lead(&mut *unit, scope, lead, MOST_READ).await?;
    let of_channel = rows.into_iter().filter(|row| row.said.channel == channel);
    // The newest come first.
    let last = of_channel.filter(|row| seen.insert(row.said.purpose.clone()));
    let word = |row: ConsentRow| LastWord { purpose: row.said.purpose, given: row.said.given, source: row.source };
    Ok(last.map(word).collect())
}

async fn say(
    unit: &mut Tx,
    scope: TenantScope,
    lead: LeadId,
    (channel, purpose, given): (Channel, &str, bool),
    wish: &Wish<'_>,
) -> Result<(), BackendError> {
    let row = ConsentRow {
        id: ConsentId::new(clock::new_uuid()),
        lead_id: lead,
        said: Consent { channel, purpose: purpose.to_owned(), given, at: clock::now() },
        source: wish.source.as_str().to_owned(),
        proof: Some(Personal::new(wish.proof.to_owned())),
        by: None,
        by_name: None,
    };
    storage::consents::add(unit, scope, &row).await?;
    Ok(())
}

/// Withdraws every purpose of a channel that was given, and marketing. What was withdrawn before is not said again.
async fn withdraw(
    unit: &mut Tx,
    scope: TenantScope,
    lead: LeadId,
    channel: Channel,
    wish: &Wish<'_>,
) -> Result<(), BackendError> {
    let words = last_words(unit, scope, lead, channel).await?;
    let withdrawn = words.iter().any(|word| word.purpose == MARKETING && !word.given);
    let given = words.into_iter().filter(|word| word.given).map(|word| word.purpose);
    let mut purposes: BTreeSet<String> = given.collect();
    if !withdrawn {
        purposes.insert(MARKETING.to_owned());
    }
    for purpose in purposes {
        say(unit, scope, lead, (channel, &purpose, false), wish).await?;
    }
    Ok(())
}
