//! What a page may do, and what happens when its process dies. The phone is not in the page, so a call outlives it.

use tauri::{
    WebviewWindow,
    webview::{PermissionKind, PermissionResponse},
};

/// The page has no microphone, camera or location: sound is the phone's, and nothing else is needed.
pub fn refuse(kind: &PermissionKind) -> PermissionResponse {
    tracing::warn!(?kind, "the page asked for a device and was refused");
    PermissionResponse::Deny
}

/// Takes the media devices away from the page, and loads it again when its web process is gone; it then reads the live state as after any start.
#[cfg(target_os = "linux")]
pub fn harden(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{SettingsExt, WebViewExt};

    let label = window.label().to_owned();
    window.with_webview(move |platform| {
        let page = platform.inner();
        if let Some(settings) = WebViewExt::settings(&page) {
            // A driven window is never asked for permission, so that `refuse` alone would let a test use the microphone.
            settings.set_enable_media_stream(false);
        }
        page.connect_web_process_terminated(move |page, reason| {
            tracing::error!(window = %label, ?reason, "the page's process died; it is loaded again");
            page.reload();
        });
    })
}

#[cfg(target_os = "macos")]
pub fn load_again(page: &tauri::Webview) {
    tracing::error!(window = page.label(), "the page's process died; it is loaded again");
    if let Err(error) = page.reload() {
        tracing::error!(%error, "page not loaded");
    }
}

/// On macOS [`load_again`] does it for the whole app; WebView2 starts its renderer anew by itself.
#[cfg(not(target_os = "linux"))]
pub fn harden(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
