//! The notification of a ringing call, with Answer and Decline.

use std::sync::atomic::{AtomicI32, Ordering};

use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionType, NotificationExt};

use crate::{
    attention::{Choice, Due, Ringing},
    words::Words,
};

const RING_TYPE: &str = "incoming-call";
const RING_ID: i32 = 1;
const CLOSE_ID: i32 = 2;
static NEXT_REMINDER: AtomicI32 = AtomicI32::new(100);

/// Hands each click on a button to `chosen`. Has to come before the first notification: without a listener the system is
/// not given the buttons.
pub fn listen(
    app: &AppHandle,
    chosen: impl Fn(Choice) + Send + Sync + 'static,
) -> tauri_plugin_notification::Result<()> {
    app.notification().on_action(move |action| {
        let choice = match action.action_id() {
            "answer" => Choice::Answer,
            "decline" => Choice::Decline,
            _ => Choice::Open,
        };
        chosen(choice);
    })
}

pub fn ring(app: &AppHandle, offer: &Ringing, words: &Words) -> tauri_plugin_notification::Result<()> {
    // Each time, because the language may have changed since the last call.
    app.notification().register_action_types(vec![
        ActionType::builder(RING_TYPE)
            .actions(vec![
                Action::builder("answer", words.answer).build(),
                Action::builder("decline", words.decline).build(),
            ])
            .build(),
    ])?;
    app.notification()
        .builder()
        .id(RING_ID)
        .title(words.calling(&offer.who))
        .body(as_body(&offer.about))
        .action_type_id(RING_TYPE)
        .show()
}

pub fn ring_over(app: &AppHandle) -> tauri_plugin_notification::Result<()> {
    app.notification().remove_active(vec![RING_ID])
}

/// A task or callback has come due. Several stand beside each other.
pub fn remind(app: &AppHandle, due: &Due, words: &Words) -> tauri_plugin_notification::Result<()> {
    let (title, body) = words.due(due.who.as_deref(), due.what.as_deref());
    let id = NEXT_REMINDER.fetch_add(1, Ordering::Relaxed);
    app.notification().builder().id(id).title(title).body(as_body(&body)).show()
}

/// Said once, the first time that closing the window does not end the app.
pub fn explain_close(app: &AppHandle, to_tray: bool, words: &Words) -> tauri_plugin_notification::Result<()> {
    app.notification()
        .builder()
        .id(CLOSE_ID)
        .title(words.keeps_running)
        .body(as_body(if to_tray { words.stays_in_tray } else { words.stays_minimised }))
        .show()
}

/// Notification servers on Linux read the body as markup, so a caller could write a link or hide a number.
fn as_body(text: &str) -> String {
    if cfg!(target_os = "linux") { escaped(text) } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_name_cannot_carry_markup() {
        assert_eq!(escaped("Asha <b>&</b> Co"), "Asha &lt;b&gt;&amp;&lt;/b&gt; Co");
    }
}
