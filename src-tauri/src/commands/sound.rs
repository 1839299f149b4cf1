use domain::ids::MediaSessionId;
use phone::state::{DeviceKind, PhoneState, Processing};
use tauri::State;

use super::{Reply, engine};
use crate::shell::Shell;

#[tauri::command]
pub async fn phone_state(shell: State<'_, Shell>) -> Reply<PhoneState> {
    Ok(engine(&shell).await?.phone.state())
}

#[tauri::command]
pub async fn phone_set_muted(shell: State<'_, Shell>, muted: bool) -> Reply<()> {
    engine(&shell).await?.phone.set_muted(muted);
    Ok(())
}

/// A null `id` follows the system.
#[tauri::command]
pub async fn phone_choose_device(shell: State<'_, Shell>, kind: DeviceKind, id: Option<String>) -> Reply<()> {
    engine(&shell).await?.phone.choose_device(kind, id.as_deref());
    Ok(())
}

/// The whole order, the most wanted first; an empty one follows the system.
#[tauri::command]
pub async fn phone_order_devices(shell: State<'_, Shell>, kind: DeviceKind, ids: Vec<String>) -> Reply<()> {
    engine(&shell).await?.phone.order_devices(kind, &ids);
    Ok(())
}

/// A null `id` rings on the ringer alone.
#[tauri::command]
pub async fn phone_also_ring_on(shell: State<'_, Shell>, id: Option<String>) -> Reply<()> {
    engine(&shell).await?.phone.also_ring_on(id.as_deref());
    Ok(())
}

/// False while one runs already; `check` events say how far it is.
#[tauri::command]
pub async fn phone_start_check(shell: State<'_, Shell>) -> Reply<bool> {
    Ok(engine(&shell).await?.phone.start_check())
}

#[tauri::command]
pub async fn phone_set_processing(
    shell: State<'_, Shell>,
    echo_cancellation: bool,
    noise_suppression: bool,
    auto_gain: bool,
    typing_suppression: bool,
) -> Reply<()> {
    let processing = Processing { echo_cancellation, noise_suppression, auto_gain, typing_suppression };
    engine(&shell).await?.phone.set_processing(processing);
    Ok(())
}

#[tauri::command]
pub async fn phone_test_ring(shell: State<'_, Shell>) -> Reply<()> {
    engine(&shell).await?.phone.test_ring();
    Ok(())
}

/// The session that shall carry the sound of a call; null when there is none now.
#[tauri::command]
pub async fn phone_media_session(shell: State<'_, Shell>) -> Reply<Option<MediaSessionId>> {
    Ok(engine(&shell).await?.phone.media_session_id())
}
