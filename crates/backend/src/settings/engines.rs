//! Speech and language engines.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::pii::Personal;
use providers::{
    ai::{AiError, AiSettings},
    language_model::{LanguageModel, OpenAiChat},
    speech::{OpenAiSpeech, SpeechToText},
};
use serde::{Deserialize, Serialize};
use storage::{TenantScope, settings::Secrets};
use url::Url;
use wire::config::{Engine, EngineInput, EngineKind, EngineQuery, EngineSettings, EngineSettingsInput, TestResult};

use super::carrier::test_result;
use crate::{
    Actor, Backend,
    error::{BackendError, FieldChecks},
};

const SETTINGS: &str = "engines";
const SPEECH_KEY: &str = "speech_key";
const LANGUAGE_KEY: &str = "language_key";
const SPEECH_PATIENCE: Duration = Duration::from_secs(300);
const LANGUAGE_PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct EngineRow {
    base_url: String,
    model: String,
    #[serde(default)]
    simulated: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
struct EnginesRow {
    speech: Option<EngineRow>,
    language: Option<EngineRow>,
    auto_transcribe: bool,
    auto_analyse: bool,
    min_call_s: u32,
    update_leads: bool,
}

impl Default for EnginesRow {
    fn default() -> Self {
        Self {
            speech: None,
            language: None,
            auto_transcribe: true,
            auto_analyse: true,
            min_call_s: 5,
            update_leads: true,
        }
    }
}

/// The engines of a tenant, ready to use.
pub(crate) struct Engines {
    /// With the model's name.
    pub speech: Option<(Arc<dyn SpeechToText>, String)>,
    pub language: Option<(Arc<dyn LanguageModel>, String)>,
    pub auto_transcribe: bool,
    pub auto_analyse: bool,
    pub min_call_s: u32,
    pub update_leads: bool,
}

fn shown(row: Option<EngineRow>, secrets: &Secrets, key: &str) -> Option<Engine> {
    row.map(|row| Engine {
        base_url: row.base_url,
        model: row.model,
        has_key: secrets.get(key).is_some_and(|key| !key.reveal().is_empty()),
        simulated: row.simulated,
    })
}

fn settings(row: &EngineRow, secrets: &Secrets, key: &str, timeout: Duration) -> Result<AiSettings, BackendError> {
    Ok(AiSettings {
        base_url: Url::parse(&row.base_url)
            .map_err(|_| BackendError::field("base_url", "expected an address such as https://api.example.com/v1"))?,
        model: row.model.clone(),
        api_key: secrets.get(key).filter(|key| !key.reveal().is_empty()).cloned(),
        timeout,
    })
}

fn all_shown(row: EnginesRow, secrets: &Secrets) -> EngineSettings {
    EngineSettings {
        speech: shown(row.speech, secrets, SPEECH_KEY),
        language: shown(row.language, secrets, LANGUAGE_KEY),
        auto_transcribe: row.auto_transcribe,
        auto_analyse: row.auto_analyse,
        min_call_s: row.min_call_s,
        update_leads: row.update_leads,
    }
}

/// The new row and key of one engine; an absent key stays while the address does.
fn changed(
    input: Option<EngineInput>,
    old: Option<&EngineRow>,
    secrets: &Secrets,
    key: &str,
) -> (Option<EngineRow>, Option<Personal<String>>) {
    let Some(input) = input else { return (None, None) };
    let same_place = old.is_some_and(|old| old.base_url == input.base_url);
    let kept = secrets.get(key).filter(|_| same_place).cloned();
    let api_key = input.api_key.filter(|key| !key.reveal().is_empty()).or(kept);
    let simulated = same_place && old.is_some_and(|old| old.simulated);
    (Some(EngineRow { base_url: input.base_url, model: input.model, simulated }), api_key)
}

fn tried(result: Result<(), AiError>, model: &str) -> Result<String, String> {
    result.map(|()| format!("The engine answered with the model {model}.")).map_err(|error| error.to_string())
}

fn upstream(error: impl ToString) -> BackendError {
    BackendError::Upstream(error.to_string())
}

impl Backend {
    pub(crate) async fn engines(&self, scope: TenantScope) -> Result<Engines, BackendError> {
        let (row, secrets) = self.setting::<EnginesRow>(scope, SETTINGS).await?;
        let speech = match &row.speech {
            None => None,
            Some(one) => {
                let engine =
                    OpenAiSpeech::new(settings(one, &secrets, SPEECH_KEY, SPEECH_PATIENCE)?).map_err(upstream)?;
                Some((Arc::new(engine) as Arc<dyn SpeechToText>, one.model.clone()))
            }
        };
        let language = match &row.language {
            None => None,
            Some(one) => {
                let engine =
                    OpenAiChat::new(settings(one, &secrets, LANGUAGE_KEY, LANGUAGE_PATIENCE)?).map_err(upstream)?;
                Some((Arc::new(engine) as Arc<dyn LanguageModel>, one.model.clone()))
            }
        };
        Ok(Engines {
            speech,
            language,
            auto_transcribe: row.auto_transcribe,
            auto_analyse: row.auto_analyse,
            min_call_s: row.min_call_s,
            update_leads: row.update_leads,
        })
    }

    pub async fn engines_settings(&self, actor: &Actor) -> Result<EngineSettings, BackendError> {
        actor.must_configure()?;
        let (row, secrets) = self.setting::<EnginesRow>(actor.scope, SETTINGS).await?;
        Ok(all_shown(row, &secrets))
    }

    pub async fn update_engines_settings(
        &self,
        actor: &Actor,
        body: EngineSettingsInput,
    ) -> Result<EngineSettings, BackendError> {
        actor.must_configure()?;
        let mut checks = FieldChecks::default();
        checks.range(body.min_call_s, 0, 3600, "min_call_s");
        for (name, engine) in [("speech", &body.speech), ("language", &body.language)] {
            if let Some(engine) = engine {
                checks.at_most(&engine.base_url, 500, &format!("{name}.base_url"));
                checks.at_most(&engine.model, 200, &format!("{name}.model"));
                let key = engine.api_key.as_ref().map_or("", |key| key.reveal().as_str());
                checks.at_most(key, 1000, &format!("{name}.api_key"));
            }
        }
        checks.done()?;
        let (old, secrets) = self.setting::<EnginesRow>(actor.scope, SETTINGS).await?;
        let (speech, speech_key) = changed(body.speech, old.speech.as_ref(), &secrets, SPEECH_KEY);
        let (language, language_key) = changed(body.language, old.language.as_ref(), &secrets, LANGUAGE_KEY);
        let sealed: Secrets = [(SPEECH_KEY, speech_key), (LANGUAGE_KEY, language_key)]
            .into_iter()
            .filter_map(|(name, key)| key.map(|key| (name.to_owned(), key)))
            .collect();
        for (field, engine) in [("speech.base_url", &speech), ("language.base_url", &language)] {
            if let Some(engine) = engine {
                let fits = Url::parse(&engine.base_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
                if !fits {
                    return Err(BackendError::field(field, "expected an address such as https://api.example.com/v1"));
                }
            }
        }
        let row = EnginesRow {
            speech,
            language,
            auto_transcribe: body.auto_transcribe,
            auto_analyse: body.auto_analyse,
            min_call_s: body.min_call_s,
            update_leads: body.update_leads,
        };
        self.put_setting(actor, SETTINGS, &row, &sealed, None).await?;
        Ok(all_shown(row, &sealed))
    }

    /// Points the tenant at the simulated speech service; every screen then says so.
    pub async fn use_simulated_speech(&self, actor: &Actor, base_url: &str, model: &str) -> Result<(), BackendError> {
        let (old, secrets) = self.setting::<EnginesRow>(actor.scope, SETTINGS).await?;
        let speech = EngineRow { base_url: base_url.to_owned(), model: model.to_owned(), simulated: true };
        let row = EnginesRow { speech: Some(speech), ..old };
        self.put_setting(actor, SETTINGS, &row, &secrets, None).await
    }

    pub async fn test_engine(&self, actor: &Actor, query: EngineQuery) -> Result<TestResult, BackendError> {
        actor.must_configure()?;
        let began = Instant::now();
        let engines = self.engines(actor.scope).await?;
        let result = match query.which {
            EngineKind::Speech => match engines.speech {
                None => Err("No speech engine is set up. Enter an address and a model above.".to_owned()),
                Some((engine, model)) => tried(engine.test().await, &model),
            },
            EngineKind::Language => match engines.language {
                None => Ok("No language model is set up; the built-in rules analyse the calls.".to_owned()),
                Some((engine, model)) => tried(engine.test().await, &model),
            },
        };
        Ok(test_result(began, result))
    }
}
