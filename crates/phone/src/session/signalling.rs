use async_trait::async_trait;
use domain::{ids::MediaSessionId, pii::Personal};
use wire::media::{MediaSession, OpenMediaSession, RelayServers, RenegotiateMediaSession};

use crate::api::{ApiClient, Method, RequestError};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignallingError {
    /// The server does not know this session: open a new one.
    #[error("the server does not know this media session")]
    Unknown,
    /// Try again later.
    #[error("the media session could not be agreed on: {0}")]
    Failed(String),
}

/// How offers reach the bridge and answers come back.
#[async_trait]
pub trait MediaSignalling: Send + Sync {
    /// Servers that pass UDP on.
    ///
    /// # Errors
    /// [`SignallingError::Failed`].
    async fn relays(&self) -> Result<RelayServers, SignallingError>;

    /// # Errors
    /// [`SignallingError::Failed`].
    async fn open(&self, offer: String, takes_calls: bool) -> Result<MediaSession, SignallingError>;

    /// The answer to an ICE restart of session `id`. Made over a new connection: one of before a loss may never answer.
    ///
    /// # Errors
    /// [`SignallingError`].
    async fn renegotiate(&self, id: MediaSessionId, offer: String) -> Result<String, SignallingError>;

    /// Address of the sound socket, and a token to open it with.
    ///
    /// # Errors
    /// [`SignallingError::Failed`].
    async fn sound_socket(&self) -> Result<(String, Personal<String>), SignallingError>;

    /// Tells the server that the session is not used any more; it finds out by itself when this does not arrive.
    async fn close(&self, id: MediaSessionId);
}

impl From<RequestError> for SignallingError {
    fn from(error: RequestError) -> Self {
        Self::Failed(error.to_string())
    }
}

fn body<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, SignallingError> {
    serde_json::to_value(value).map_err(|error| SignallingError::Failed(error.to_string()))
}

#[async_trait]
impl MediaSignalling for ApiClient {
    async fn relays(&self) -> Result<RelayServers, SignallingError> {
        Ok(self.request(&Method::GET, "/media/relays", None, None).await?.into()?)
    }

    async fn open(&self, offer: String, takes_calls: bool) -> Result<MediaSession, SignallingError> {
        let request = body(&OpenMediaSession { sdp_offer: offer, takes_calls })?;
        Ok(self.request(&Method::POST, "/media/sessions", Some(&request), None).await?.into()?)
    }

    async fn renegotiate(&self, id: MediaSessionId, offer: String) -> Result<String, SignallingError> {
        let request = body(&RenegotiateMediaSession { sdp_offer: offer })?;
        self.connect_anew();
        let answer = self.request(&Method::PUT, &format!("/media/sessions/{id}"), Some(&request), None).await?;
        if answer.status == 404 {
            return Err(SignallingError::Unknown);
        }
        Ok(answer.into::<MediaSession>()?.sdp_answer)
    }

    async fn sound_socket(&self) -> Result<(String, Personal<String>), SignallingError> {
        Ok((self.sound_address(), self.fresh_token(false).await?))
    }

    async fn close(&self, id: MediaSessionId) {
        if let Err(error) = self.request(&Method::DELETE, &format!("/media/sessions/{id}"), None, None).await {
            tracing::debug!(%error, "the server was not told that a media session ended");
        }
    }
}
