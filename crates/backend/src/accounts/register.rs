//! A new tenant with its first admin.

use std::net::IpAddr;

use domain::{ids::TenantId, pii::Personal, role::Role};
use storage::{TenantScope, tenants::Tenant as TenantRow};
use wire::accounts::{RegisterTenant, SetupStatus, SignedIn};

use super::NewUser;
use crate::{
    Backend, auth, clock,
    error::{BackendError, FieldChecks},
    queues,
};

pub(super) const SHORTEST_PASSWORD: usize = 12;
pub(super) const LONGEST_PASSWORD: usize = 200;

pub(super) fn check_email(checks: &mut FieldChecks, email: &str) {
    let email = email.trim();
    let fits = email.len() <= 254
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
        && !email.contains(char::is_whitespace);
    checks.require(fits, "email", "expected an e-mail address such as asha@example.org");
}

pub(super) fn check_password(checks: &mut FieldChecks, field: &str, password: &Personal<String>) {
    let length = password.reveal().chars().count();
    checks.require(
        (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length),
        field,
        "expected 12 to 200 characters; a sentence is good",
    );
}

pub(super) fn check_place(checks: &mut FieldChecks, country: &str, zone: &str) {
    let country_fits = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    checks.require(country_fits, "country", "expected an ISO 3166 code such as IN");
    let zone_fits = jiff::tz::TimeZone::get(zone).is_ok();
    checks.require(zone_fits, "zone", "expected an IANA time zone such as Asia/Kolkata");
}

impl Backend {
    pub async fn setup_status(&self) -> Result<SetupStatus, BackendError> {
        Ok(SetupStatus {
            needs_setup: !storage::tenants::any(self.store()).await?,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo: self.options().demo,
        })
    }

    pub async fn register_tenant(
        &self,
        body: RegisterTenant,
        address: IpAddr,
        user_agent: String,
    ) -> Result<SignedIn, BackendError> {
        let now = clock::now();
        let mut checks = FieldChecks::default();
        checks.text(&body.tenant_name, 100, "tenant_name").text(&body.name, 100, "name");
        check_email(&mut checks, &body.email);
        check_password(&mut checks, "password", &body.password);
        check_place(&mut checks, &body.country, &body.zone);
        checks.done()?;
        let too_many = |retry_after_s| BackendError::TooManyTries { retry_after_s };
        self.throttle().begin_registration(address, now).map_err(too_many)?;

        let password_hash = auth::hash_password(body.password.clone()).await?;
        let tenant = TenantRow {
            id: TenantId::new(clock::new_uuid()),
            name: body.tenant_name.trim().to_owned(),
            country: body.country,
            zone: body.zone,
            created_at: now,
        };
        let scope = TenantScope::authenticated(tenant.id);
        let admin = NewUser {
            name: body.name.trim().to_owned(),
            email: body.email,
            role: Role::TenantAdmin,
            skills: Vec::new(),
            languages: vec!["en".to_owned()],
            phone: None,
            extension: None,
        }
        .row(now);
        // The e-mail is checked before the tenant is made, so that a refusal leaves nothing behind.
        if storage::users::by_email(self.store(), admin.email.reveal()).await?.is_some() {
            return Err(BackendError::AlreadyExists("e-mail address"));
        }
        storage::tenants::insert(self.store(), &tenant).await?;
        storage::users::insert(self.store(), scope, &admin, &Personal::new(password_hash)).await?;
        storage::agents::ensure(self.store(), scope, admin.id, now).await?;
        queues::first(self.store(), scope, admin.id, now).await?;
        self.new_session(scope, admin, tenant, body.device, user_agent).await
    }
}
