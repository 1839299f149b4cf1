//! Hands on what the phone says: to every window as events, and to the shell for windows, tray and notifications.

use phone::{PhoneEvent, state::Levels};
use tauri::AppHandle;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use wire::live::ServerMessage;

use crate::{commands::session, engine::Engine, perform::emit, seen, shell};

/// From where on a level meter lights one bar more, in dBFS; as the page draws it (`ui/src/state/phone.ts`).
const BARS: [f32; 4] = [-60.0, -45.0, -32.0, -18.0];

/// Lit bars of the microphone's meter; the page draws none for the speaker.
fn bars(levels: &Levels) -> usize {
    BARS.iter().filter(|step| levels.mic_dbfs >= **step).count()
}

/// Runs until the phone is gone.
pub async fn follow(app: AppHandle, engine: Engine, mut events: Receiver<PhoneEvent>) {
    let mut shown = None;
    loop {
        match events.recv().await {
            // Ten a second: the page is woken only for those that change what it draws.
            Ok(PhoneEvent::Levels(levels)) if shown.replace(bars(&levels)) == Some(bars(&levels)) => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_lit_from_its_level_on() {
        let at = |mic_dbfs| bars(&Levels { mic_dbfs, speaker_dbfs: -20.0 });
        assert_eq!([-100.0, -60.1, -60.0, -45.0, -32.0, 0.0].map(at), [0, 0, 1, 2, 3, 4]);
    }
}
