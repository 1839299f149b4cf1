//! Recorded messages for answering machines, and which of them is left.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{call::VoicemailMessage as Planned, ids::VoicemailId};
use media::{foreign_sound::ForeignSoundError, frame::NARROWBAND, g711::Law, message};
use serde::{Deserialize, Serialize};
use storage::{TenantScope, voicemails::Voicemail as MessageRow};
use wire::config::{VoicemailMessage, VoicemailMessageInput, VoicemailSettings};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// Name of the settings row.
const SETTINGS: &str = "voicemail";
/// One minute at 8 kHz.
const MOST_SAMPLES: usize = 60 * NARROWBAND as usize;
/// A minute of two channels of 16 bits at 48 kHz, with room for what else stands in the file.
const MOST_FILE_BYTES: usize = 12 * 1024 * 1024;
const MOST_MESSAGES: usize = 20;

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Chosen {
    message_id: Option<VoicemailId>,
    when_machine: bool,
}

fn shown(row: MessageRow) -> VoicemailMessage {
    VoicemailMessage { id: row.id, name: row.name, length_ms: row.length_ms, created_at_ms: row.created_at }
}

fn refused(error: &ForeignSoundError) -> BackendError {
    BackendError::field(
        "sound",
        match error {
            ForeignSoundError::TooLong => "the message is longer than 60 s; shorten it",
            ForeignSoundError::Empty => "the file has no sound in it",
            ForeignSoundError::Unreadable(_)
            | ForeignSoundError::Channels(_)
            | ForeignSoundError::Codec(_)
            | ForeignSoundError::Ogg(_) => "the file is neither WAV nor Ogg-Opus; save it as one of them",
        },
    )
}

impl Backend {
    /// By name.
    pub async fn voicemail_messages(&self, actor: &Actor) -> Result<Vec<VoicemailMessage>, BackendError> {
        Ok(storage::voicemails::list(self.store(), actor.scope).await?.into_iter().map(shown).collect())
    }

    pub async fn add_voicemail_message(
        &self,
        actor: &Actor,
        body: VoicemailMessageInput,
    ) -> Result<VoicemailMessage, BackendError> {
        actor.must_configure()?;
        FieldChecks::default().text(&body.name, 60, "name").done()?;
        let file = STANDARD
            .decode(body.sound.as_bytes())
            .map_err(|_| BackendError::field("sound", "expected base 64 with padding"))?;
        if file.len() > MOST_FILE_BYTES {
            return Err(BackendError::field("sound", "the file is larger than 12 MB; save it with fewer channels"));
        }
        if storage::voicemails::list(self.store(), actor.scope).await?.len() >= MOST_MESSAGES {
            return Err(BackendError::Conflict("there are 20 messages already; delete one first"));
        }
        let read = tokio::task::spawn_blocking(move || message::read(file, MOST_SAMPLES)).await;
        let pcm = read.map_err(|error| BackendError::Internal(error.to_string()))?.map_err(|error| refused(&error))?;
        let mut line = vec![0; pcm.len()];
        Law::Pcmu.encode_into(&pcm, &mut line);
        let length_ms = u32::try_from(pcm.len() * 1000 / NARROWBAND as usize).unwrap_or(u32::MAX);
        let row = MessageRow {
            id: VoicemailId::new(clock::new_uuid()),
            name: body.name.trim().to_owned(),
            length_ms,
            created_at: clock::now(),
        };
        storage::voicemails::insert(self.store(), actor.scope, &row, &STANDARD.encode(line)).await?;
        self.settings_changed(actor, "voicemail.create", &row.id.to_string()).await;
        Ok(shown(row))
    }

    pub async fn delete_voicemail_message(&self, actor: &Actor, id: VoicemailId) -> Result<(), BackendError> {
        actor.must_configure()?;
        if !storage::voicemails::remove(self.store(), actor.scope, id).await? {
            return Err(BackendError::NotFound("message"));
        }
        self.settings_changed(actor, "voicemail.delete", &id.to_string()).await;
        Ok(())
    }

    /// A message that was deleted is chosen no more.
    pub async fn voicemail_settings(&self, actor: &Actor) -> Result<VoicemailSettings, BackendError> {
        let (chosen, _) = self.setting::<Chosen>(actor.scope, SETTINGS).await?;
        let message_id = self.chosen_message(actor.scope).await?.map(|message| message.id);
        Ok(VoicemailSettings { message_id, when_machine: chosen.when_machine })
    }

    pub async fn update_voicemail_settings(
        &self,
        actor: &Actor,
        body: VoicemailSettings,
    ) -> Result<VoicemailSettings, BackendError> {
        actor.must_configure()?;
        if let Some(id) = body.message_id
            && storage::voicemails::get(self.store(), actor.scope, id).await?.is_none()
        {
            return Err(BackendError::field("message_id", "names a message that is not there"));
        }
        let chosen = Chosen { message_id: body.message_id, when_machine: body.when_machine };
        self.put_setting(actor, SETTINGS, &chosen, &Default::default(), None).await?;
        Ok(body)
    }

    /// The one that the agents' key leaves.
    pub(crate) async fn chosen_message(&self, scope: TenantScope) -> Result<Option<MessageRow>, BackendError> {
        let (chosen, _) = self.setting::<Chosen>(scope, SETTINGS).await?;
        match chosen.message_id {
            Some(id) => Ok(storage::voicemails::get(self.store(), scope, id).await?),
            None => Ok(None),
        }
    }

    /// The one that is left by itself, if any is.
    pub(crate) async fn message_for_machines(&self, scope: TenantScope) -> Result<Option<Planned>, BackendError> {
        let (chosen, _) = self.setting::<Chosen>(scope, SETTINGS).await?;
        if !chosen.when_machine {
            return Ok(None);
        }
        let row = self.chosen_message(scope).await?;
        Ok(row.map(|row| Planned { id: row.id, name: row.name, length_ms: row.length_ms }))
    }

    /// Name and samples at 8 kHz.
    pub(crate) async fn voicemail_sound(
        &self,
        scope: TenantScope,
        id: VoicemailId,
    ) -> Result<(String, Arc<[i16]>), BackendError> {
        let row = storage::voicemails::get(self.store(), scope, id).await?.ok_or(BackendError::NotFound("message"))?;
        let sound = storage::voicemails::sound(self.store(), scope, id).await?.unwrap_or_default();
        let line = STANDARD.decode(sound).map_err(|error| BackendError::Internal(error.to_string()))?;
        Ok((row.name, line.into_iter().map(|byte| Law::Pcmu.decode(byte)).collect()))
    }
}
