//! The built UI, so that every screen works in a browser too. Routes are in the fragment, so only files are served.

use std::path::{Component, Path, PathBuf};

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use backend::Backend;

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// The file of the UI folder that an address names; none when it would leave the folder.
fn file(root: &Path, uri: &Uri) -> Option<PathBuf> {
    let wanted = uri.path().trim_start_matches('/');
    let wanted = Path::new(if wanted.is_empty() { "index.html" } else { wanted });
    wanted.components().all(|part| matches!(part, Component::Normal(_))).then(|| root.join(wanted))
}

pub async fn handler(State(backend): State<Backend>, uri: Uri) -> Response {
    let Some(root) = backend.ui_folder() else {
        return (StatusCode::NOT_FOUND, "this server was started without the UI folder").into_response();
    };
    let Some(path) = file(root, &uri) else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(bytes) = tokio::fs::read(&path).await else { return StatusCode::NOT_FOUND.into_response() };
    let cache = if uri.path().starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(&path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_leave_the_folder() {
        let root = Path::new("ui");
        for outside in ["/../secrets", "/a/../../b", "//etc/passwd/../x"] {
            assert_eq!(file(root, &outside.parse().unwrap()), None, "{outside}");
        }
        assert_eq!(file(root, &"/".parse().unwrap()), Some(root.join("index.html")));
        assert_eq!(file(root, &"/assets/a.js".parse().unwrap()), Some(root.join("assets/a.js")));
    }
}
