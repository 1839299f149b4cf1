//! `GET` and `POST /opt-out/{token}`: the page of an e-mail's link. Looking changes nothing; its key, or the e-mail program of the
//! reader (RFC 8058), opts out.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::{Backend, OptOutPage, error::BackendError};
use domain::consent::Channel;

/// In English and in Hindi: who reads it is not signed in, and chose no language.
struct Words {
    en: &'static str,
    hi: &'static str,
}

const fn channel_words(channel: Channel) -> Words {
    match channel {
        Channel::Call => Words { en: "calls", hi: "कॉल" },
        Channel::Sms => Words { en: "text messages", hi: "SMS" },
        Channel::Whatsapp => Words { en: "WhatsApp messages", hi: "WhatsApp संदेश" },
        Channel::Email => Words { en: "e-mails", hi: "ई-मेल" },
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>Opt out</title></head><body><main>{body}</main></body></html>\n"
    )
}

fn page(page: &OptOutPage) -> String {
    let (who, what) = (escaped(&page.organisation), channel_words(page.channel));
    let Words { en, hi } = what;
    if page.done {
        return document(&format!(
            "<h1>You will get no more {en} from {who}</h1><p>This is noted. There is nothing more to do.</p>\
             <p lang=\"hi\">{who} से अब आपको कोई {hi} नहीं मिलेगा। यह दर्ज हो गया है।</p>"
        ));
    }
    document(&format!(
        "<h1>No more {en} from {who}?</h1><p>Press the button, and {who} sends you none any more.</p>\
         <p lang=\"hi\">बटन दबाएँ, तो {who} से आपको और {hi} नहीं मिलेगा।</p>\
         <form method=\"post\"><button type=\"submit\">Stop / <span lang=\"hi\">बंद करें</span></button></form>"
    ))
}

fn answer(found: Result<OptOutPage, BackendError>) -> Response {
    let (status, body) = match found {
        Ok(found) => (StatusCode::OK, page(&found)),
        Err(BackendError::Unavailable) => (
            StatusCode::SERVICE_UNAVAILABLE,
            document("<h1>Please try again in a minute</h1><p lang=\"hi\">कृपया एक मिनट बाद फिर कोशिश करें।</p>"),
        ),
        Err(BackendError::NotFound(_)) => (
            StatusCode::NOT_FOUND,
            document(
                "<h1>This link is not good any more</h1><p>Use the link of a newer e-mail, or answer one with the word STOP.</p>\
                 <p lang=\"hi\">यह लिंक अब मान्य नहीं है।</p>",
            ),
        ),
        Err(error) => {
            tracing::error!(%error, "an opt-out by a link failed");
            (StatusCode::INTERNAL_SERVER_ERROR, document("<h1>Something went wrong here</h1>"))
        }
    };
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    (status, headers, body).into_response()
}

/// What the page shows; nothing is changed, since programs look at links too.
#[utoipa::path(
    get,
    path = "/opt-out/{token}",
    operation_id = "opt_out_page",
    tag = "opt-out",
    params(("token" = String, Path)),
    responses((status = 200, description = "a page with one key", content_type = "text/html"), (status = 404, description = "not a link of this server, or too old"))
)]
pub async fn show(State(backend): State<Backend>, Path(token): Path<String>) -> Response {
    answer(backend.opt_out_page(&token).await)
}

/// Opts out, without signing in and whatever the body (RFC 8058 sends `List-Unsubscribe=One-Click`).
#[utoipa::path(
    post,
    path = "/opt-out/{token}",
    operation_id = "opt_out",
    tag = "opt-out",
    params(("token" = String, Path)),
    responses((status = 200, description = "noted", content_type = "text/html"), (status = 404, description = "not a link of this server, or too old"))
)]
pub async fn carry_out(State(backend): State<Backend>, Path(token): Path<String>) -> Response {
    answer(backend.opt_out_by_link(&token).await)
}
