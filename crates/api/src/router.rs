//! The table of contents of the API.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
    serve::ListenerExt,
};
use backend::Backend;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    agents, assignment, audit, auth, bulk_actions, callbacks, calls, campaigns, crm_connectors, disposition_sets,
    do_not_call, files, follow_ups, headers, health, idempotency, imports, intake, intake_keys, jobs, lead_files,
    lead_merges, lead_notes, lead_views, leads, live, masking, me, media, numbers, opt_out, queues, recordings,
    settings, setup, tags, tasks, tenants, ui, users, voicemail, webhook_deliveries, webhooks, worklist,
};

const MOST_BODY_BYTES: usize = 256 * 1024;
/// A part of a file of 1 MiB in base 64.
const MOST_PART_BYTES: usize = 1_536 * 1024;
/// A recorded message of 12 MiB in base 64.
const MOST_MESSAGE_BYTES: usize = 17 * 1024 * 1024;
/// A file of a lead of 10 MiB in base 64.
const MOST_FILE_BYTES: usize = 14 * 1024 * 1024;
/// Carriers wait 15 s for an answer; nobody else should wait longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(14);

#[derive(OpenApi)]
#[openapi(
    info(title = "Switchboard", description = "The API of the desktop call centre. Errors are `ApiError`; lists are pages with an opaque cursor."),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

fn endpoints() -> OpenApiRouter<Backend> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(setup::handler))
        .routes(routes!(tenants::handler))
        .routes(routes!(auth::sign_in::handler))
        .routes(routes!(auth::refresh::handler))
        .routes(routes!(auth::sign_out::handler))
        .routes(routes!(me::get::handler, me::update::handler))
        .routes(routes!(me::sessions::handler))
        .routes(routes!(me::revoke_session::handler))
        .routes(routes!(me::device_checks::handler, me::save_device_check::handler))
        .routes(routes!(users::list::handler, users::create::handler))
        .routes(routes!(users::get::handler, users::update::handler))
        .routes(routes!(agents::list::handler))
        .routes(routes!(agents::device_checks::handler))
        .routes(routes!(agents::set_own_state::handler))
        .routes(routes!(agents::force_state::handler))
        .routes(routes!(queues::list::handler, queues::create::handler))
        .routes(routes!(queues::get::handler, queues::update::handler, queues::delete::handler))
        .routes(routes!(numbers::list::handler, numbers::create::handler))
        .routes(routes!(numbers::unknown::handler))
        .routes(routes!(numbers::update::handler, numbers::delete::handler))
        .routes(routes!(masking::pools::handler, masking::create_pool::handler))
        .routes(routes!(masking::update_pool::handler, masking::delete_pool::handler))
        .routes(routes!(masking::mappings::handler, masking::make_mapping::handler))
        .routes(routes!(masking::end_mapping::handler))
        .routes(routes!(voicemail::list::handler))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(voicemail::create::handler))
                .layer(DefaultBodyLimit::max(MOST_MESSAGE_BYTES)),
        )
        .routes(routes!(voicemail::delete::handler))
        .routes(routes!(campaigns::list::handler, campaigns::create::handler))
        .routes(routes!(campaigns::default_dispositions::handler))
        .routes(routes!(campaigns::get::handler, campaigns::update::handler))
        .routes(routes!(disposition_sets::templates::handler))
        .routes(routes!(disposition_sets::list::handler, disposition_sets::create::handler))
        .routes(routes!(disposition_sets::try_out::handler))
        .routes(routes!(disposition_sets::get::handler, disposition_sets::update::handler))
        .routes(routes!(disposition_sets::copy::handler))
        .routes(routes!(disposition_sets::archive::handler))
        .routes(routes!(disposition_sets::versions::handler))
        .routes(routes!(do_not_call::list::handler, do_not_call::add::handler))
        .routes(routes!(do_not_call::upload::handler))
        .routes(routes!(do_not_call::remove::handler))
        .routes(routes!(leads::list::handler, leads::create::handler))
        .routes(routes!(leads::get::handler, leads::update::handler))
        .routes(routes!(leads::changes::handler))
        .routes(routes!(leads::consents::handler, leads::add_consent::handler))
        .routes(routes!(leads::opt_out_link::handler))
        .routes(routes!(leads::undo_change::handler))
        .routes(routes!(leads::board::handler))
        .routes(routes!(leads::duplicates::handler))
        .routes(routes!(leads::merge::handler))
        .routes(routes!(leads::merges::handler))
        .routes(routes!(lead_merges::undo::handler))
        .routes(routes!(leads::notes::handler, leads::add_note::handler))
        .routes(routes!(lead_notes::remove::handler))
        .routes(routes!(lead_notes::restore::handler))
        .routes(routes!(leads::files::handler))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(leads::add_file::handler))
                .layer(DefaultBodyLimit::max(MOST_FILE_BYTES)),
        )
        .routes(routes!(lead_files::url::handler))
        .routes(routes!(lead_files::remove::handler))
        .routes(routes!(lead_files::restore::handler))
        .routes(routes!(leads::add_tag::handler, leads::remove_tag::handler))
        .routes(routes!(tags::list::handler, tags::create::handler))
        .routes(routes!(tags::update::handler, tags::delete::handler))
        .routes(routes!(bulk_actions::list::handler, bulk_actions::start::handler))
        .routes(routes!(bulk_actions::get::handler))
        .routes(routes!(bulk_actions::file::handler))
        .routes(routes!(bulk_actions::cancel::handler))
        .routes(routes!(bulk_actions::undo::handler))
        .routes(routes!(lead_views::list::handler, lead_views::create::handler))
        .routes(routes!(lead_views::update::handler, lead_views::delete::handler))
        .routes(routes!(imports::list::handler, imports::begin::handler))
        .routes(routes!(imports::template::handler))
        .routes(routes!(imports::get::handler))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(imports::add_part::handler))
                .layer(DefaultBodyLimit::max(MOST_PART_BYTES)),
        )
        .routes(routes!(imports::preview::handler))
        .routes(routes!(imports::rehearse::handler))
        .routes(routes!(imports::start::handler))
        .routes(routes!(imports::cancel::handler))
        .routes(routes!(imports::undo::handler))
        .routes(routes!(imports::problems::handler))
        .routes(routes!(imports::problem_rows::handler))
        .routes(routes!(imports::mappings::handler, imports::save_mapping::handler, imports::remove_mapping::handler))
        .routes(routes!(intake_keys::list::handler, intake_keys::create::handler))
        .routes(routes!(intake_keys::update::handler, intake_keys::remove::handler))
        .routes(routes!(crm_connectors::list::handler, crm_connectors::create::handler))
        .routes(routes!(crm_connectors::get::handler, crm_connectors::update::handler, crm_connectors::remove::handler))
        .routes(routes!(crm_connectors::pause::handler))
        .routes(routes!(crm_connectors::sync::handler))
        .routes(routes!(crm_connectors::test::handler))
        .routes(routes!(crm_connectors::problems::handler))
        .routes(routes!(tasks::list::handler))
        .routes(routes!(tasks::update::handler))
        .routes(routes!(tasks::snooze::handler))
        .routes(routes!(callbacks::list::handler))
        .routes(routes!(callbacks::update::handler))
        .routes(routes!(callbacks::snooze::handler))
        .routes(routes!(follow_ups::reassign::handler))
        .routes(routes!(assignment::rules::handler, assignment::save_rules::handler))
        .routes(routes!(assignment::dry_run::handler))
        .routes(routes!(assignment::list::handler))
        .routes(routes!(assignment::figures::handler))
        .routes(routes!(assignment::reassign::handler))
        .routes(routes!(worklist::list::handler))
        .routes(routes!(worklist::counts::handler))
        .routes(routes!(worklist::next::handler))
        .routes(routes!(worklist::held::handler))
        .routes(routes!(worklist::renew::handler))
        .routes(routes!(worklist::skip::handler))
        .routes(routes!(calls::list::handler, calls::place::handler))
        .routes(routes!(calls::get::handler))
        .routes(routes!(calls::live::handler))
        .routes(routes!(calls::sound::handler))
        .routes(routes!(calls::answer::handler))
        .routes(routes!(calls::decline::handler))
        .routes(routes!(calls::hold::handler))
        .routes(routes!(calls::resume::handler))
        .routes(routes!(calls::hang_up::handler))
        .routes(routes!(calls::transfer::handler))
        .routes(routes!(calls::cancel_transfer::handler))
        .routes(routes!(calls::digits::handler))
        .routes(routes!(calls::leave_voicemail::handler))
        .routes(routes!(calls::pause_recording::handler))
        .routes(routes!(calls::resume_recording::handler))
        .routes(routes!(calls::monitor::handler))
        .routes(routes!(calls::save_notes::handler))
        .routes(routes!(calls::preview_disposition::handler))
        .routes(routes!(calls::save_disposition::handler))
        .routes(routes!(calls::extend_wrap_up::handler))
        .routes(routes!(calls::dispositions::handler))
        .routes(routes!(calls::script::handler))
        .routes(routes!(calls::intelligence::handler))
        .routes(routes!(calls::reprocess::handler))
        .routes(routes!(calls::accept_proposal::handler))
        .routes(routes!(recordings::receipt::handler))
        .routes(routes!(recordings::waveform::handler))
        .routes(routes!(recordings::url::handler))
        .routes(routes!(jobs::list::handler))
        .routes(routes!(jobs::retry::handler))
        .routes(routes!(audit::list::handler))
        .routes(routes!(settings::get_carrier::handler, settings::put_carrier::handler))
        .routes(routes!(settings::test_carrier::handler))
        .routes(routes!(settings::carrier_numbers::handler))
        .routes(routes!(settings::connect_carrier_number::handler))
        .routes(routes!(settings::get_carrier_recordings::handler, settings::put_carrier_recordings::handler))
        .routes(routes!(settings::get_exotel::handler, settings::put_exotel::handler))
        .routes(routes!(settings::test_exotel::handler))
        .routes(routes!(settings::get_sip::handler, settings::put_sip::handler))
        .routes(routes!(settings::test_trunk::handler))
        .routes(routes!(settings::get_calling_hours::handler, settings::put_calling_hours::handler))
        .routes(routes!(settings::get_hand_out::handler, settings::put_hand_out::handler))
        .routes(routes!(settings::get_lead_webhook::handler, settings::put_lead_webhook::handler))
        .routes(routes!(webhook_deliveries::list::handler))
        .routes(routes!(settings::get_registry::handler, settings::put_registry::handler))
        .routes(routes!(settings::upload_registry::handler))
        .routes(routes!(settings::test_registry::handler))
        .routes(routes!(settings::get_dialing::handler, settings::put_dialing::handler))
        .routes(routes!(settings::get_voicemail::handler, settings::put_voicemail::handler))
        .routes(routes!(settings::get_storage::handler, settings::put_storage::handler))
        .routes(routes!(settings::test_storage::handler))
        .routes(routes!(settings::get_engines::handler, settings::put_engines::handler))
        .routes(routes!(settings::test_engines::handler))
        .routes(routes!(media::open::handler))
        .routes(routes!(media::dropped::handler))
        .routes(routes!(media::relays::handler))
        .routes(routes!(media::sound::handler))
        .routes(routes!(media::renegotiate::handler, media::close::handler))
        .routes(routes!(media::get_loop::handler, media::start_loop::handler, media::end_loop::handler))
        .routes(routes!(live::snapshot::handler))
        .routes(routes!(recordings::signed::handler))
        .routes(routes!(files::signed::handler))
        .routes(routes!(live::socket::handler))
}

/// What carriers and load balancers ask, below the root.
fn outside() -> OpenApiRouter<Backend> {
    OpenApiRouter::new()
        .routes(routes!(webhooks::twilio_media::handler))
        .routes(routes!(webhooks::twilio_play::handler))
        .routes(routes!(webhooks::twilio::handler))
        .routes(routes!(webhooks::crm::handler))
        .routes(routes!(webhooks::exotel_media::handler))
        .routes(routes!(webhooks::exotel::ask, webhooks::exotel::tell))
        .routes(routes!(intake::handler))
        .routes(routes!(opt_out::show, opt_out::carry_out))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
}

/// The OpenAPI document of everything below `/api/v1`, and of the webhooks and the health of the server.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = endpoints().into_openapi();
    let api =
        std::mem::take(&mut document.paths.paths).into_iter().map(|(path, item)| (format!("/api/v1{path}"), item));
    document.paths.paths = api.chain(outside().into_openapi().paths.paths).collect();
    document
}

/// Everything the server answers. Serve it with connect info (`SocketAddr`), which sign-in throttling needs.
pub fn router(backend: Backend) -> Router {
    let document = openapi();
    let (endpoints, _) = endpoints().split_for_parts();
    let api = endpoints
        .route("/openapi.json", get(move || async move { Json(document) }))
        .layer(from_fn_with_state(backend.clone(), idempotency::once));
    Router::new()
        .nest("/api/v1", api)
        .merge(Router::from(outside()))
        .fallback(get(ui::handler))
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(headers::secure))
        .with_state(backend)
}

/// Answers until `stop` is cancelled.
pub async fn serve(listener: TcpListener, backend: Backend, stop: CancellationToken) {
    let router = router(backend).into_make_service_with_connect_info::<SocketAddr>();
    // Media messages are small and must not wait for more.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let serve = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    if let Err(error) = serve.await {
        tracing::error!(%error, "the server ended");
    }
}
