//! Short ways to what an agent does with a call, for virtual agents and tools.

use domain::ids::CallId;
use serde_json::Value;
use uuid::Uuid;
use wire::{
    agents::{AgentStatus, AskedAgentState},
    calls::{
        AnswerCall, DeclineCall, DispositionResult, LiveCall, PlaceCall, SaveDisposition, StartTransfer, TransferTarget,
    },
    live::Snapshot,
};

use super::{Phone, to_json};
use crate::api::{ApiResponse, Method, RequestError};

impl Phone {
    /// Takes the offer with this fence; the sound goes through this phone.
    ///
    /// # Errors
    /// [`RequestError::Refused`] with `offer_taken` or `offer_gone`, or that there was no answer.
    pub async fn answer(&self, call: CallId, fence: u32) -> Result<LiveCall, RequestError> {
        let body = to_json(&AnswerCall { fence, media_session_id: self.media_session_id() })?;
        self.post(call, "answer", Some(body)).await?.into()
    }

    /// # Errors
    /// As [`answer`](Self::answer).
    pub async fn decline(&self, call: CallId, fence: u32) -> Result<(), RequestError> {
        done(self.post(call, "decline", Some(to_json(&DeclineCall { fence })?)).await?)
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn hang_up(&self, call: CallId) -> Result<(), RequestError> {
        done(self.post(call, "hang-up", None).await?)
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn hold(&self, call: CallId) -> Result<LiveCall, RequestError> {
        self.post(call, "hold", None).await?.into()
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn resume(&self, call: CallId) -> Result<LiveCall, RequestError> {
        self.post(call, "resume", None).await?.into()
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn transfer(&self, call: CallId, to: TransferTarget) -> Result<LiveCall, RequestError> {
        self.post(call, "transfer", Some(to_json(&StartTransfer { to })?)).await?.into()
    }

    /// # Errors
    /// [`RequestError`], such as `Refused` with `do_not_call`.
    pub async fn place_call(&self, place: &PlaceCall) -> Result<LiveCall, RequestError> {
        let body = Some(to_json(place)?);
        self.request(Method::POST, "/calls", body, Some(Uuid::now_v7())).await?.into()
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn set_agent_state(&self, state: &AskedAgentState) -> Result<AgentStatus, RequestError> {
        let body = Some(to_json(state)?);
        self.request(Method::PUT, "/agents/me/state", body, None).await?.into()
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn save_disposition(
        &self,
        call: CallId,
        disposition: &SaveDisposition,
    ) -> Result<DispositionResult, RequestError> {
        self.post(call, "disposition", Some(to_json(disposition)?)).await?.into()
    }

    /// # Errors
    /// [`RequestError`].
    pub async fn snapshot(&self) -> Result<Snapshot, RequestError> {
        self.request(Method::GET, "/live/snapshot", None, None).await?.into()
    }

    async fn post(&self, call: CallId, action: &str, body: Option<Value>) -> Result<ApiResponse, RequestError> {
        self.request(Method::POST, &format!("/calls/{call}/{action}"), body, Some(Uuid::now_v7())).await
    }
}

fn done(answer: ApiResponse) -> Result<(), RequestError> {
    if answer.is_success() { Ok(()) } else { answer.into::<Value>().map(drop) }
}
