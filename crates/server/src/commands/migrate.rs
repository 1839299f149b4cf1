//! `switchboard migrate`

use storage::{DatabaseUrl, Store};

use super::{Place, Problem, output};
use crate::keys::Keys;

pub(super) async fn run(place: &Place) -> Result<(), Problem> {
    let config = place.load()?;
    std::fs::create_dir_all(&config.data_dir)?;
    let keys = Keys::load_or_make(&config.data_dir)?;
    let url: DatabaseUrl = config.database_url().parse()?;
    let store = Store::open(&url, keys.sealing).await?;
    store.migrate().await?;
    store.close().await;
    output::say(&format!("The tables of {url} are those of this version."));
    Ok(())
}
