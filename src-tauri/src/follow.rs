//! Hands on what the phone says: to every window as events, and to the shell for windows, tray and notifications.

use phone::PhoneEvent;
use tauri::AppHandle;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use wire::live::ServerMessage;

use crate::{commands::session, engine::Engine, perform::emit, seen, shell};

/// Runs until the phone is gone.
pub async fn follow(app: AppHandle, engine: Engine, mut events: Receiver<PhoneEvent>) {
    loop {
        match events.recv().await {
            Ok(event) => heard(&app, &engine, event).await,
            // Too slow for a moment: what was missed is in the snapshot.
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "events of the phone skipped");
                heard(&app, &engine, PhoneEvent::Resync).await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

async fn heard(app: &AppHandle, engine: &Engine, event: PhoneEvent) {
    match event {
        PhoneEvent::Live(message) => {
            if let ServerMessage::Event { event, .. } = &message
                && let Some(me) = shell::of(app).me()
            {
                if let Some(state) = seen::own_state(me, event) {
                    shell::of(app).now_in(state.clone());
                }
                if let Some(seen) = seen::in_event(me, event) {
                    shell::of(app).saw(app, seen);
                }
            }
            emit(app, "live", message);
        }
        PhoneEvent::Resync => {
            emit(app, "resync", ());
            read_again(app, engine).await;
        }
        PhoneEvent::State(state) => emit(app, "phone", state),
        PhoneEvent::Levels(levels) => emit(app, "levels", levels),
        PhoneEvent::Check(progress) => emit(app, "check", progress),
        PhoneEvent::Outbox(status) => emit(app, "outbox", status),
        PhoneEvent::Connection(_) => emit(app, "session", session::of(engine)),
        PhoneEvent::SignedIn(me) => {
            shell::of(app).signed_in(&me.user);
            emit(app, "session", session::of(engine));
        }
        PhoneEvent::SignedOut { reason } => {
            tracing::info!(?reason, "signed out");
            shell::of(app).signed_out(app);
            emit(app, "session", session::of(engine));
        }
    }
}

async fn read_again(app: &AppHandle, engine: &Engine) {
    let Some(me) = shell::of(app).me() else { return };
    match engine.phone.snapshot().await {
        Ok(snapshot) => {
            shell::of(app).now_in(snapshot.me.state.clone());
            shell::of(app).saw(app, seen::in_snapshot(me, &snapshot));
        }
        // The phone says `Resync` again when the connection is back.
        Err(error) => tracing::info!(%error, "live state not read"),
    }
}
