//! Users of a tenant.

use domain::pii::Personal;
use domain::{ids::UserId, masking, phone_number::E164, role::Role};
use storage::sessions::Revoked;
use wire::{
    accounts::{CreateUser, Me, UpdateMe, UpdateUser, User},
    page::{Page, PageQuery},
};

use super::{
    NewUser, locale_text,
    register::{check_email, check_password},
    shown, theme_text,
};
use crate::{
    Actor, Backend, auth, clock,
    error::{BackendError, FieldChecks},
    paging,
};

/// E-mails and phones of colleagues are shown in full to those who manage them and to themselves.
fn for_reader(actor: &Actor, mut user: User) -> User {
    if !actor.role.supervises() && user.id != actor.user {
        user.email = masking::mask_email(&user.email);
        user.phone = user.phone.map(|phone| masking::mask_number(&phone));
    }
    user
}

impl Backend {
    pub async fn list_users(&self, actor: &Actor, query: PageQuery) -> Result<Page<User>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::users::list(self.store(), actor.scope, request).await?;
        Ok(paging::page(page, |user| for_reader(actor, shown(user))))
    }

    pub async fn get_user(&self, actor: &Actor, id: UserId) -> Result<User, BackendError> {
        let user = self.user_of(actor, id).await?;
        Ok(for_reader(actor, shown(user)))
    }

    pub(crate) async fn user_of(&self, actor: &Actor, id: UserId) -> Result<storage::users::User, BackendError> {
        storage::users::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("user"))
    }

    pub async fn create_user(&self, actor: &Actor, body: CreateUser) -> Result<User, BackendError> {
        actor.must_configure()?;
        let mut checks = FieldChecks::default();
        checks.text(&body.name, 100, "name");
        check_email(&mut checks, &body.email);
        check_password(&mut checks, "password", &body.password);
        checks.done()?;
        let phone = phone(actor, body.phone)?;
        let hash = auth::hash_password(body.password).await?;
        let user = NewUser {
            name: body.name.trim().to_owned(),
            email: body.email,
            role: body.role,
            skills: body.skills,
            languages: body.languages,
            phone,
            extension: body.extension,
        }
        .row(clock::now());
        storage::users::insert(self.store(), actor.scope, &user, &Personal::new(hash)).await?;
        if user.role.takes_calls() {
            storage::agents::ensure(self.store(), actor.scope, user.id, clock::now()).await?;
            self.join_only_queue(actor.scope, user.id).await?;
        }
        let role = user.role.as_str();
        self.audit(actor, "user.create", &user.id.to_string(), serde_json::json!({ "role": role })).await;
        Ok(shown(user))
    }

    pub async fn update_user(&self, actor: &Actor, id: UserId, body: UpdateUser) -> Result<User, BackendError> {
        actor.must_configure()?;
        let mut user = self.user_of(actor, id).await?;
        let was_admin = user.role == Role::TenantAdmin && user.active;
        let mut checks = FieldChecks::default();
        if let Some(name) = body.name {
            checks.text(&name, 100, "name");
            user.name = name.trim().to_owned();
        }
        if let Some(most) = body.max_concurrent_calls {
            // A desk has one phone with one conversation; the claim of an agent is for one call.
            checks.require(
                most == 1,
                "max_concurrent_calls",
                "expected 1: an agent's phone carries one call at a time",
            );
            user.max_concurrent_calls = most;
        }
        if let Some(password) = &body.password {
            check_password(&mut checks, "password", password);
        }
        checks.done()?;
        user.role = body.role.unwrap_or(user.role);
        user.active = body.active.unwrap_or(user.active);
        user.skills = body.skills.unwrap_or(user.skills);
        user.languages = body.languages.unwrap_or(user.languages);
        user.extension = body.extension.map_or(user.extension, |text| Some(text).filter(|text| !text.is_empty()));
        if let Some(number) = body.phone {
            user.phone = phone(actor, Some(number))?.map(Personal::new);
        }
        let is_admin = user.role == Role::TenantAdmin && user.active;
        if was_admin && !is_admin && self.admins(actor).await? <= 1 {
            return Err(BackendError::Conflict("the last admin cannot be taken away; make another one first"));
        }
        storage::users::update(self.store(), actor.scope, &user).await?;
        self.rights_changed();
        if user.role.takes_calls() {
            storage::agents::ensure(self.store(), actor.scope, user.id, clock::now()).await?;
        }
        if let Some(password) = body.password {
            let hash = auth::hash_password(password).await?;
            storage::users::set_password(self.store(), actor.scope, id, &Personal::new(hash)).await?;
            self.end_sessions(actor, id, Revoked::PasswordChanged).await?;
        }
        if !user.role.takes_calls() || !user.active {
            self.takes_no_calls(actor.scope, user.id).await?;
            storage::leases::release_all(self.store(), actor.scope, user.id, clock::now()).await?;
        }
        if !user.active {
            self.end_sessions(actor, id, Revoked::ByAdmin).await?;
        }
        let data = serde_json::json!({ "role": user.role.as_str(), "active": user.active });
        self.audit(actor, "user.update", &id.to_string(), data).await;
        Ok(shown(user))
    }

    async fn admins(&self, actor: &Actor) -> Result<usize, BackendError> {
        let mut count = 0;
        let mut after = None;
        loop {
            let request = storage::PageRequest::new(after, Some(storage::MAX_LIMIT));
            let page = storage::users::list(self.store(), actor.scope, request).await?;
            count += page.items.iter().filter(|user| user.active && user.role == Role::TenantAdmin).count();
            after = page.next;
            if after.is_none() {
                return Ok(count);
            }
        }
    }

    pub async fn update_me(&self, actor: &Actor, body: UpdateMe) -> Result<Me, BackendError> {
        let mut user = self.user_of(actor, actor.user).await?;
        let mut checks = FieldChecks::default();
        if let Some(name) = body.name {
            checks.text(&name, 100, "name");
            user.name = name.trim().to_owned();
        }
        if let Some(change) = &body.change_password {
            check_password(&mut checks, "change_password.new", &change.new);
        }
        checks.done()?;
        if let Some(locale) = body.locale {
            user.locale = locale_text(locale).to_owned();
        }
        if let Some(theme) = body.theme {
            user.theme = theme_text(theme).to_owned();
        }
        storage::users::update(self.store(), actor.scope, &user).await?;
        if let Some(change) = body.change_password {
            let hash = storage::users::password_hash(self.store(), actor.scope, actor.user).await?;
            if !auth::verify_password(change.current, hash.map(Personal::into_inner)).await? {
                return Err(BackendError::field("change_password.current", "this is not the present password"));
            }
            let hash = auth::hash_password(change.new).await?;
            storage::users::set_password(self.store(), actor.scope, actor.user, &Personal::new(hash)).await?;
            self.end_sessions(actor, actor.user, Revoked::PasswordChanged).await?;
        }
        self.me(actor).await
    }

    /// Ends the sessions of a user; the one that asks stays.
    async fn end_sessions(&self, actor: &Actor, user: UserId, because: Revoked) -> Result<(), BackendError> {
        let keep = Some(actor.session);
        let ended = storage::sessions::revoke_all(self.store(), actor.scope, user, keep, because, clock::now()).await?;
        for session in ended {
            self.sign_in_ended(session).await;
        }
        Ok(())
    }
}

fn phone(actor: &Actor, text: Option<String>) -> Result<Option<String>, BackendError> {
    text.filter(|text| !text.trim().is_empty())
        .map(|text| {
            E164::parse(&text, Some(&actor.country))
                .map(|number| number.as_str().to_owned())
                .map_err(|error| BackendError::field("phone", error.to_string()))
        })
        .transpose()
}
