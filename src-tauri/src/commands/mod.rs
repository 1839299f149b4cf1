//! What the page may ask for. Each command is handed on to the phone as it is.

pub mod requests;
pub mod session;
pub mod sound;
pub mod views;

use phone::RequestError;
use serde::Serialize;
use tauri::State;
use wire::error::ApiError;

use crate::{engine::Engine, shell::Shell};

/// A command's refusal: the server's own error, or a sentence when there was no answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Refusal {
    Server(Box<ApiError>),
    NoAnswer(String),
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Unreachable(_) => Self::NoAnswer(error.to_string()),
            answered => Self::Server(Box::new(answered.to_api_error())),
        }
    }
}

type Reply<T> = Result<T, Refusal>;

async fn engine(shell: &State<'_, Shell>) -> Reply<Engine> {
    shell.engine().await.map_err(Refusal::NoAnswer)
}
