//! The simulated carrier account and speech service, and a tenant's settings that point at them.

use backend::{Actor, Backend, error::BackendError};
use domain::pii::Personal;
use simulator::{
    speech_service::{SimulatedSpeechService, SpeechServiceConfig},
    twilio::{Config as TwilioConfig, Number, SimulatedTwilio},
};

use crate::{keys::random_hex, running::StartError};

/// Both run in this process and are reached by the protocols of the real ones.
pub struct Services {
    pub carrier: SimulatedTwilio,
    pub speech: SimulatedSpeechService,
}

fn internal(error: impl ToString) -> StartError {
    StartError::Backend(BackendError::Internal(error.to_string()))
}

impl Services {
    /// Starts both on the loopback and writes them into the settings of the admin's tenant.
    pub async fn start(backend: &Backend, admin: &Actor) -> Result<Self, StartError> {
        let (sid, token) = (format!("AC{}", random_hex(16)), random_hex(16));
        let carrier = SimulatedTwilio::start(TwilioConfig::on_loopback(&sid, &token)).await.map_err(internal)?;
        let speech = SimulatedSpeechService::start(SpeechServiceConfig::on_loopback()).await.map_err(internal)?;
        backend.use_simulated_carrier(admin, &sid, Personal::new(token), &carrier.base_url()).await?;
        backend.use_simulated_speech(admin, &speech.base_url(), simulator::speech_service::MODEL).await?;
        Ok(Self { carrier, speech })
    }

    /// Calls to `number` are announced to the server at `base_url`.
    pub fn announce(&self, number: &str, base_url: &str) {
        self.carrier.set_number(Number {
            number: number.to_owned(),
            voice_url: format!("{base_url}/webhooks/twilio/voice"),
            fallback_url: None,
            status_callback: Some(format!("{base_url}/webhooks/twilio/status")),
        });
    }
}
