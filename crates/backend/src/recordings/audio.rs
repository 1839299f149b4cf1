//! Recordings for ears and eyes.

use bytes::Bytes;
use domain::ids::CallId;
use futures_util::TryStreamExt;
use providers::recording_store::{RecordingKey, StoreError};
use storage::{
    TenantScope,
    recordings::{Recording as RecordingRow, RecordingState},
};
use wire::recordings::{AudioFormat, AudioQuery, RecordingReceipt, SignedUrl, Waveform};

use super::{
    receipt,
    signed::{LINK_LIFE, Sound},
};
use crate::{Actor, Backend, clock, error::BackendError, intelligence::date_of, signed_link::SignedLink};

/// Rate of the WAV form: all that a telephone call holds.
const WAV_RATE: u32 = 16_000;

/// A recording on its way to a player.
#[derive(Debug, Clone)]
pub struct RecordingAudio {
    pub bytes: Bytes,
    pub content_type: &'static str,
    /// Without anything personal.
    pub file_name: String,
}

impl Backend {
    async fn stored_recording(&self, scope: TenantScope, call: CallId) -> Result<RecordingRow, BackendError> {
        storage::recordings::of_call(self.store(), scope, call).await?.ok_or(BackendError::NotFound("recording"))
    }

    pub async fn recording_receipt(&self, actor: &Actor, id: CallId) -> Result<RecordingReceipt, BackendError> {
        self.readable_call(actor, id).await?;
        Ok(receipt(self.stored_recording(actor.scope, id).await?))
    }

    pub async fn recording_waveform(&self, actor: &Actor, id: CallId) -> Result<Waveform, BackendError> {
        self.readable_call(actor, id).await?;
        let waveform = storage::recordings::waveform(self.store(), actor.scope, id).await?;
        let waveform = waveform.ok_or(BackendError::NotFound("waveform"))?;
        serde_json::from_value(waveform).map_err(|error| BackendError::Internal(error.to_string()))
    }

    pub async fn recording_url(&self, actor: &Actor, id: CallId, query: AudioQuery) -> Result<SignedUrl, BackendError> {
        self.readable_call(actor, id).await?;
        self.stored_recording(actor.scope, id).await?;
        let what = Sound { call: id, format: query.format };
        let link = SignedLink { tenant: actor.tenant, what, expires_at: clock::now().plus(LINK_LIFE) };
        self.audit(actor, "recording.link", &id.to_string(), serde_json::json!({ "format": query.format })).await;
        Ok(SignedUrl {
            url: format!("/api/v1/recordings/signed/{}", link.token(self.secret())),
            expires_at_ms: link.expires_at,
        })
    }

    pub async fn signed_audio(&self, token: &str) -> Result<RecordingAudio, BackendError> {
        let SignedLink { tenant, what: Sound { call, format }, .. } =
            SignedLink::check(self.secret(), token, clock::now())?;
        let scope = TenantScope::system(tenant);
        let row = self.stored_recording(scope, call).await?;
        let ogg = self.audio_of(scope, &row).await?;
        match format {
            AudioFormat::Ogg => {
                Ok(RecordingAudio { bytes: ogg, content_type: "audio/ogg", file_name: format!("{call}.ogg") })
            }
            AudioFormat::Wav => {
                let wav = tokio::task::spawn_blocking(move || to_wav(&ogg))
                    .await
                    .map_err(|error| BackendError::Internal(error.to_string()))??;
                Ok(RecordingAudio { bytes: wav, content_type: "audio/wav", file_name: format!("{call}.wav") })
            }
        }
    }

    /// The Ogg-Opus file, from the store or, while it is on its way there, from the spool.
    pub(crate) async fn audio_of(&self, scope: TenantScope, row: &RecordingRow) -> Result<Bytes, BackendError> {
        if row.state == RecordingState::Stored {
            let (store, _) = self.recording_store(scope).await?;
            let key = RecordingKey::new(row.id, date_of(row.started_at));
            let upstream = |error: StoreError| BackendError::Upstream(error.to_string());
            let pieces: Vec<Bytes> =
                store.read(&key, None).await.map_err(upstream)?.try_collect().await.map_err(upstream)?;
            return Ok(Bytes::from(pieces.concat()));
        }
        let path = row.local_path.as_ref().ok_or(BackendError::NotFound("recording"))?;
        let bytes = tokio::fs::read(path).await.map_err(|_| BackendError::NotFound("recording"))?;
        Ok(Bytes::from(bytes))
    }
}

fn to_wav(ogg: &[u8]) -> Result<Bytes, BackendError> {
    let mut pcm: Vec<i16> = Vec::new();
    let mut channels = 2;
    media::ogg::decode(ogg, WAV_RATE, |samples, head| {
        channels = u16::from(head.channels);
        pcm.extend_from_slice(samples);
    })
    .map_err(|error| BackendError::Internal(error.to_string()))?;
    Ok(Bytes::from(media::wav::encode(WAV_RATE, channels, &pcm)))
}
