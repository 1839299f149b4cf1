//! Whether what an admin enters can be.

use domain::crm::is_path;
use providers::{crm::CrmClient, outside::target};
use wire::{
    crm::{CrmAuth, CrmConnectorInput},
    error::FieldError,
};

use crate::{
    Backend,
    error::{BackendError, FieldChecks},
};

const MOST_RULES: usize = 100;
const MOST_PAGE: u32 = 500;

impl Backend {
    pub(super) fn check_connector(&self, body: &CrmConnectorInput) -> Result<(), BackendError> {
        let mut checks = FieldChecks::default();
        checks.text(&body.name, 80, "name");
        checks.text(&body.source, 80, "source");
        checks.at_most(&body.base_url, 500, "base_url");
        checks.at_most(&body.user, 200, "user");
        let secret = body.secret.as_ref().map_or("", |secret| secret.reveal().as_str());
        checks.at_most(secret, 4_000, "secret");
        checks.range(body.every_minutes, 1, 24 * 60, "every_minutes");
        checks.require(body.auth == CrmAuth::Bearer || !body.user.is_empty(), "user", "expected the CRM's user name");
        let outside = target(body.base_url.trim(), self.reach()).is_ok();
        checks.require(outside, "base_url", "expected an https:// address outside of this network");
        let api = &body.api;
        for (text, field, may_be_empty) in [
            (&api.items_path, "api.items_path", true),
            (&api.record_path, "api.record_path", true),
            (&api.id_path, "api.id_path", false),
            (&api.updated_path, "api.updated_path", false),
            (&api.hook_id_path, "api.hook_id_path", false),
        ] {
            let fits = is_path(text) || (text.is_empty() && may_be_empty);
            checks.require(fits, field, "expected names with dots between, such as contact.mobile");
        }
        for (text, field) in [
            (&api.since_param, "api.since_param"),
            (&api.page_param, "api.page_param"),
            (&api.size_param, "api.size_param"),
        ] {
            checks.at_most(text, 80, field);
        }
        checks.at_most(&api.extra_query, 500, "api.extra_query");
        let names_list = api.list_path.len() <= 200 && CrmClient::is_list_path(&api.list_path);
        checks.require(names_list, "api.list_path", "expected a path that begins with /, such as /api/leads");
        checks.require(!api.since_param.is_empty(), "api.since_param", "expected the name of a parameter");
        checks.require(!api.page_param.is_empty(), "api.page_param", "expected the name of a parameter");
        checks.range(api.page_size, 1, MOST_PAGE, "api.page_size");
        checks.require(body.plan.rules.len() <= MOST_RULES, "plan.rules", "expected at most 100");
        for rule in &body.plan.rules {
            checks.at_most(rule.key.as_deref().unwrap_or_default(), 40, "plan.rules");
        }
        checks.done()?;
        body.plan.check().map_err(|problems| {
            let told = |problem: domain::crm::PlanProblem| FieldError {
                field: "plan.rules".to_owned(),
                problem: problem.to_string(),
            };
            BackendError::InvalidFields(problems.into_iter().map(told).collect())
        })
    }
}
