//! `GET /recordings/signed/{token}`

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::{Backend, RecordingAudio};
use wire::error::ApiError;

use crate::error::ApiResult;

/// First and last byte that `Range: bytes=a-b` asks for (RFC 9110 14.1.2), or none for the whole.
fn range(headers: &HeaderMap, length: u64) -> Option<Result<(u64, u64), ()>> {
    let spec = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    if spec.contains(',') || length == 0 {
        return None;
    }
    let (from, to) = spec.split_once('-')?;
    let bounds = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => (from, to.min(length - 1)),
        (Ok(from), Err(_)) if to.is_empty() => (from, length - 1),
        // Of the last no bytes nothing can be sent.
        (Err(_), Ok(last)) if from.is_empty() => (length.saturating_sub(last), length - 1),
        _ => return None,
    };
    Some(if bounds.0 < length { Ok(bounds) } else { Err(()) })
}

/// The sound itself. The token in the address is signed and runs out.
#[utoipa::path(
    get,
    path = "/recordings/signed/{token}",
    operation_id = "recordings_signed",
    tag = "recordings",
    params(("token" = String, Path)),
    responses(
        (status = 200, description = "audio/ogg or audio/wav"),
        (status = 206, description = "the range asked for"),
        (status = 416, description = "no such range"),
        (status = "4XX", body = ApiError)
    )
)]
pub async fn handler(
    State(backend): State<Backend>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let RecordingAudio { bytes, content_type, file_name } = backend.signed_audio(&token).await?;
    let length = bytes.len() as u64;
    let mut response = match range(&headers, length) {
        Some(Err(())) => {
            let all =
                HeaderValue::from_str(&format!("bytes */{length}")).unwrap_or(HeaderValue::from_static("bytes */*"));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, all)]).into_response());
        }
        Some(Ok((from, to))) => {
            let part = bytes.slice(usize::try_from(from).unwrap_or(0)..=usize::try_from(to).unwrap_or(0));
            let mut response = (StatusCode::PARTIAL_CONTENT, Body::from(part)).into_response();
            if let Ok(value) = HeaderValue::from_str(&format!("bytes {from}-{to}/{length}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            response
        }
        None => Body::from(bytes).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{file_name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<Result<(u64, u64), ()>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(value).unwrap());
        range(&headers, 100)
    }

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        assert_eq!(asked("bytes=0-9"), Some(Ok((0, 9))));
        assert_eq!(asked("bytes=90-"), Some(Ok((90, 99))));
        assert_eq!(asked("bytes=-10"), Some(Ok((90, 99))));
        assert_eq!(asked("bytes=0-999"), Some(Ok((0, 99))));
        assert_eq!(asked("bytes=100-"), Some(Err(())));
        assert_eq!(asked("bytes=-0"), Some(Err(())));
        assert_eq!(asked("bytes=-500"), Some(Ok((0, 99))));
        assert_eq!(asked("bytes=9-3"), None, "no range at all");
        assert_eq!(asked("bytes=0-1,4-5"), None);
        assert_eq!(asked("lines=0-1"), None);
    }
}
