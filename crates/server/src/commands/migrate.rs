//! `switchboard migrate`

use storage::DatabaseUrl;

use super::{Place, Problem, output};
use crate::open;

pub(super) async fn run(place: &Place) -> Result<(), Problem> {
    let config = place.load()?;
    let url: DatabaseUrl = config.database_url().parse()?;
    let (store, _) = open::store(&config).await?;
    store.close().await;
    output::say(&format!("The tables of {url} are those of this version."));
    Ok(())
}
