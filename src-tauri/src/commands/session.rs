use domain::{pii::Personal, time::UnixMillis};
use phone::state::ConnectionKind;
use serde::Serialize;
use tauri::State;
use wire::{
    accounts::{DeviceKind, Me, RegisterTenant, SignIn},
    live::Snapshot,
};

use super::{Reply, engine};
use crate::{engine::Engine, shell::Shell, tokens::KeptIn};

/// Also sent as event `session` whenever it changes.
#[derive(Debug, Clone, Serialize)]
pub struct SessionState {
    signed_in: bool,
    me: Option<Me>,
    server_url: String,
    connection: ConnectionKind,
    since_ms: Option<UnixMillis>,
    token_kept_in: KeptIn,
}

pub fn of(engine: &Engine) -> SessionState {
    let me = engine.phone.me();
    let connection = engine.phone.connection();
    SessionState {
        signed_in: me.is_some(),
        me,
        server_url: engine.phone.server_url().to_string(),
        connection: connection.connection,
        since_ms: connection.since_ms,
        token_kept_in: engine.keychain.kept_in(),
    }
}

#[tauri::command]
pub async fn session_state(shell: State<'_, Shell>) -> Reply<SessionState> {
    Ok(of(&engine(&shell).await?))
}

#[tauri::command]
pub async fn sign_in(shell: State<'_, Shell>, email: String, password: Personal<String>) -> Reply<Me> {
    let sign_in = SignIn { email, password, device: DeviceKind::Desktop };
    Ok(engine(&shell).await?.phone.sign_in(sign_in).await?)
}

#[tauri::command]
pub async fn sign_out(shell: State<'_, Shell>) -> Reply<()> {
    engine(&shell).await?.phone.sign_out().await;
    Ok(())
}

#[tauri::command]
pub async fn register_tenant(shell: State<'_, Shell>, body: RegisterTenant) -> Reply<Me> {
    Ok(engine(&shell).await?.phone.register(body).await?)
}

#[tauri::command]
pub async fn snapshot(shell: State<'_, Shell>) -> Reply<Snapshot> {
    Ok(engine(&shell).await?.phone.snapshot().await?)
}
