//! `GET /files/signed/{token}`

use std::fmt::Write;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::Response,
};
use backend::Backend;
use wire::error::ApiError;

use crate::error::ApiResult;

/// The name for old programs and as it is (RFC 6266 section 4.1, RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|one| if one.is_ascii_graphic() && !"\"\\%".contains(one) || one == ' ' { one } else { '_' })
        .collect();
    let mut text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else if write!(text, "%{byte:02X}").is_err() {
            break;
        }
    }
    text
}

/// The file itself, to be saved and never to be shown. The token in the address is signed and runs out.
#[utoipa::path(
    get,
    path = "/files/signed/{token}",
    operation_id = "files_signed",
    tag = "files",
    params(("token" = String, Path)),
    responses((status = 200, description = "the file, as an attachment"), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, Path(token): Path<String>) -> ApiResult<Response> {
    let file = backend.download(&token).await?;
    let (name, media_type, bytes) = (disposition(&file.name), file.media_type, file.bytes);
    let mut response = Response::new(Body::from_stream(file.into_stream()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Some(bytes) = bytes {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    }
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(
            disposition("a \"b\"; x\r\ny.pdf"),
            "attachment; filename=\"a _b_; x__y.pdf\"; filename*=UTF-8''a%20%22b%22%3B%20x%0D%0Ay.pdf"
        );
        assert_eq!(
            disposition("योजना"),
            "attachment; filename=\"_____\"; filename*=UTF-8''%E0%A4%AF%E0%A5%8B%E0%A4%9C%E0%A4%A8%E0%A4%BE"
        );
        assert!(HeaderValue::from_str(&disposition("\u{0}\u{7f}é")).is_ok());
    }
}
