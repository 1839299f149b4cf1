//! What the page may ask for. Each command is handed on to the phone as it is.

pub mod computer;
pub mod requests;
pub mod session;
pub mod sound;
pub mod views;

use phone::RequestError;
use serde::Serialize;
use tauri::State;
use wire::error::ApiError;

use crate::{
    engine::Engine,
    shell::{NoEngine, Shell},
};

/// A command's refusal: the server's own error, or a sentence when there was no answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Refusal {
    Server(Box<ApiError>),
    NoAnswer(String),
    NotStarted(NotStarted),
}

/// In the form of an API error, so that the page has one kind to show.
#[derive(Debug, Serialize)]
pub struct NotStarted {
    code: &'static str,
    message: String,
    request_id: String,
    details: StartDetails,
}

#[derive(Debug, Serialize)]
pub struct StartDetails {
    logs: String,
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
    shell.engine().await.map_err(|why| match why {
        NoEngine::Closing => Refusal::NoAnswer("the app is closing".to_owned()),
        NoEngine::Failed(message) => Refusal::NotStarted(NotStarted {
            code: "start_failed",
            message,
            request_id: String::new(),
            details: StartDetails { logs: shell.computer.logs.display().to_string() },
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_start_has_its_own_code_and_says_where_the_log_is() {
        let refusal = Refusal::NotStarted(NotStarted {
            code: "start_failed",
            message: "desktop.json is not valid".to_owned(),
            request_id: String::new(),
            details: StartDetails { logs: "/var/log/switchboard".to_owned() },
        });
        let json = serde_json::to_value(refusal).unwrap();
        assert_eq!(json["code"], "start_failed");
        assert_eq!(json["message"], "desktop.json is not valid");
        assert_eq!(json["details"]["logs"], "/var/log/switchboard");
    }
}
