use std::sync::Arc;

use url::Url;
use wire::accounts::SetupStatus;

use crate::{
    api::{ApiClient, Method, RequestError},
    tokens::MemoryTokens,
};

/// Asks whether a Switchboard server answers at `server`, and how it presents itself. Nothing is kept.
///
/// # Errors
/// [`RequestError::Unreachable`]: nothing answers. [`RequestError::BadAnswer`] and [`RequestError::Refused`]: something
/// else does.
pub async fn probe(server: &Url, user_agent: &str) -> Result<SetupStatus, RequestError> {
    let (api, _ended) = ApiClient::new(server, user_agent, Arc::new(MemoryTokens::default()))?;
    api.request(&Method::GET, "/setup", None, None).await?.into()
}
