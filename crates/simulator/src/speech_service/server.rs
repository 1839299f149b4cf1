//! The HTTP server of the simulated speech service.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Multipart, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use domain::pii::Personal;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    MODEL,
    answer::{self, Format},
    matcher,
};
use crate::{LINE_RATE, audio};

const MAX_BYTES: usize = 25 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct SpeechServiceConfig {
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Asked of every request when set.
    pub api_key: Option<Personal<String>>,
    /// How long every transcription takes at least.
    pub latency: Duration,
}

impl SpeechServiceConfig {
    pub fn on_loopback() -> Self {
        Self { bind: SocketAddr::from(([127, 0, 0, 1], 0)), api_key: None, latency: Duration::ZERO }
    }
}

/// How the next request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceFailure {
    TooManyRequests,
    ServerError,
    /// Answers something that is not JSON.
    Garbage,
}

#[derive(Debug, thiserror::Error)]
pub enum SpeechStartError {
    #[error("the simulated speech service cannot listen on {address}: {source}")]
    Bind { address: SocketAddr, source: std::io::Error },
}

/// The running service; dropping it stops it.
#[derive(Debug)]
pub struct SimulatedSpeechService {
    address: SocketAddr,
    service: Arc<Service>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Service {
    config: SpeechServiceConfig,
    failures: Mutex<Vec<ServiceFailure>>,
}

impl SimulatedSpeechService {
    /// Shown wherever the service is named.
    pub const LABEL: &str = "SIMULATED speech service";

    pub async fn start(config: SpeechServiceConfig) -> Result<Self, SpeechStartError> {
        let as_error = |source| SpeechStartError::Bind { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(as_error)?;
        let address = listener.local_addr().map_err(as_error)?;
        let service = Arc::new(Service { config, failures: Mutex::default() });
        let app = Router::new()
            .route("/v1/audio/transcriptions", post(transcribe))
            .route("/v1/models", get(models))
            .layer(DefaultBodyLimit::max(MAX_BYTES + 64 * 1024))
            .with_state(Arc::clone(&service));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the simulated speech service stopped listening");
            }
        });
        tracing::info!(%address, "{} is listening", Self::LABEL);
        Ok(Self { address, service, server })
    }

    /// What to enter as the address of the speech service; the model is [`MODEL`].
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The next requests fail like this, in order.
    pub fn fail_next(&self, failures: impl IntoIterator<Item = ServiceFailure>) {
        self.service.failures.lock().unwrap_or_else(PoisonError::into_inner).extend(failures);
    }
}

impl Drop for SimulatedSpeechService {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct ServiceError {
    status: StatusCode,
    code: Option<&'static str>,
    message: String,
}

impl ServiceError {
    fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: None, message: message.into() }
    }
}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let kind = if self.status.is_server_error() { "server_error" } else { "invalid_request_error" };
        let body = json!({"error": {"message": self.message, "type": kind, "param": null, "code": self.code}});
        (self.status, Json(body)).into_response()
    }
}

struct Upload {
    file: Bytes,
    format: Format,
    words: bool,
}

async fn models(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Json<Value>, ServiceError> {
    authorise(&service, &headers)?;
    let model = json!({"id": MODEL, "object": "model", "owned_by": SimulatedSpeechService::LABEL});
    Ok(Json(json!({"object": "list", "data": [model]})))
}

async fn transcribe(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, ServiceError> {
    authorise(&service, &headers)?;
    if let Some(failure) = next_failure(&service) {
        return Ok(failure);
    }
    let upload = read_form(form).await?;
    let began = tokio::time::Instant::now();
    let format = upload.format;
    let listening = tokio::task::spawn_blocking(move || {
        let pcm = audio::to_line(&upload.file).map_err(|error| ServiceError::bad_request(error.to_string()))?;
        let duration_s = pcm.len() as f64 / f64::from(LINE_RATE);
        Ok((matcher::listen(&pcm), duration_s))
    });
    let (heard, duration_s) = listening.await.map_err(|error| ServiceError {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: None,
        message: error.to_string(),
    })??;
    tokio::time::sleep_until(began + service.config.latency).await;
    Ok(match format {
        Format::Text => answer::text(&heard).into_response(),
        Format::Json => Json(answer::json(&heard, duration_s)).into_response(),
        Format::VerboseJson => Json(answer::verbose(&heard, duration_s, upload.words)).into_response(),
    })
}

fn authorise(service: &Service, headers: &HeaderMap) -> Result<(), ServiceError> {
    let Some(key) = &service.config.api_key else { return Ok(()) };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|given| given.strip_prefix("Bearer ")) == Some(key.reveal().as_str()) {
        return Ok(());
    }
    Err(ServiceError {
        status: StatusCode::UNAUTHORIZED,
        code: Some("invalid_api_key"),
        message: "Incorrect API key provided".to_owned(),
    })
}

fn next_failure(service: &Service) -> Option<Response> {
    let mut failures = service.failures.lock().unwrap_or_else(PoisonError::into_inner);
    if failures.is_empty() {
        return None;
    }
    Some(match failures.remove(0) {
        ServiceFailure::TooManyRequests => {
            let error = ServiceError {
                status: StatusCode::TOO_MANY_REQUESTS,
                code: Some("rate_limit_exceeded"),
                message: "Rate limit reached".to_owned(),
            };
            ([(header::RETRY_AFTER, "1")], error).into_response()
        }
        ServiceFailure::ServerError => ServiceError {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: None,
            message: "The server had an error".to_owned(),
        }
        .into_response(),
        ServiceFailure::Garbage => "<html>not what you wanted</html>".into_response(),
    })
}

async fn read_form(mut form: Multipart) -> Result<Upload, ServiceError> {
    let broken = |error: axum::extract::multipart::MultipartError| ServiceError {
        status: error.status(),
        code: None,
        message: error.body_text(),
    };
    let (mut file, mut model, mut format, mut words) = (None, None, Format::Json, false);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default().to_owned().as_str() {
            "file" => file = Some(field.bytes().await.map_err(broken)?),
            "model" => model = Some(field.text().await.map_err(broken)?),
            "response_format" => {
                let word = field.text().await.map_err(broken)?;
                format = Format::parse(&word).ok_or_else(|| {
                    ServiceError::bad_request(format!("response_format {word} is not one of json, text, verbose_json"))
                })?;
            }
            "timestamp_granularities[]" => words |= field.text().await.map_err(broken)? == "word",
            // Language, prompt and temperature change nothing here.
            _ => {}
        }
    }
    match model.as_deref() {
        Some(MODEL) => {}
        Some(other) => {
            return Err(ServiceError {
                status: StatusCode::NOT_FOUND,
                code: Some("model_not_found"),
                message: format!("The model `{other}` does not exist; this service has {MODEL}"),
            });
        }
        None => return Err(ServiceError::bad_request("you must provide a model parameter")),
    }
    let file = file.filter(|file| !file.is_empty()).ok_or_else(|| ServiceError::bad_request("file is required"))?;
    if file.len() > MAX_BYTES {
        return Err(ServiceError {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: None,
            message: format!("Maximum content size limit ({MAX_BYTES}) exceeded"),
        });
    }
    Ok(Upload { file, format, words })
}
