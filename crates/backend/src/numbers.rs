//! Numbers that the tenant owns.

use domain::{ids::NumberId, phone_number::E164};
use storage::numbers::{Media as MediaRow, Number as NumberRow, Provider as ProviderRow};
use wire::config::{Number, NumberInput, NumberMedia, NumberProvider, UnknownNumber};

use crate::{
    Actor, Backend, carriers, clock,
    error::{BackendError, FieldChecks},
};

const fn provider_shown(row: ProviderRow) -> NumberProvider {
    match row {
        ProviderRow::Twilio => NumberProvider::Twilio,
        ProviderRow::Exotel => NumberProvider::Exotel,
        ProviderRow::Sip => NumberProvider::Sip,
    }
}

const fn provider_row(shown: NumberProvider) -> ProviderRow {
    match shown {
        NumberProvider::Twilio => ProviderRow::Twilio,
        NumberProvider::Exotel => ProviderRow::Exotel,
        NumberProvider::Sip => ProviderRow::Sip,
    }
}

impl Backend {
    /// Where the number's calls are to be sent; empty where a trunk brings them. Exotel's holds a secret, which is the admins'.
    async fn number_webhook(&self, actor: &Actor, provider: ProviderRow) -> String {
        match provider {
            ProviderRow::Twilio => {
                let usual = || format!("{}/webhooks/twilio/voice", self.options().public_url);
                let carrier = self.carrier(actor.scope, carriers::TWILIO).await;
                carrier.map_or_else(|_| usual(), |carrier| carrier.number_voice_url())
            }
            ProviderRow::Exotel if actor.must_configure().is_ok() => {
                let carrier = self.carrier(actor.scope, carriers::EXOTEL).await;
                carrier.map_or_else(|_| String::new(), |carrier| carrier.exotel_hook("passthru"))
            }
            ProviderRow::Exotel | ProviderRow::Sip => String::new(),
        }
    }

    async fn number_shown(&self, actor: &Actor, row: NumberRow) -> Number {
        let webhook_url = self.number_webhook(actor, row.provider).await;
        Number {
            id: row.id,
            number: row.number,
            label: row.label,
            queue_id: row.queue_id,
            campaign_id: row.campaign_id,
            greeting: row.greeting,
            greeting_message_id: row.greeting_message_id,
            language: row.language,
            provider: provider_shown(row.provider),
            media: match row.media {
                MediaRow::Bridge => NumberMedia::Bridge,
                MediaRow::Conference => NumberMedia::Conference,
            },
            webhook_url,
            last_call_at_ms: row.last_call_at,
        }
    }

    pub async fn list_numbers(&self, actor: &Actor) -> Result<Vec<Number>, BackendError> {
        let rows = storage::numbers::list(self.store(), actor.scope).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            shown.push(self.number_shown(actor, row).await);
        }
        Ok(shown)
    }

    /// Numbers that were called and are not in the list, last called first; for admins.
    pub async fn unknown_numbers(&self, actor: &Actor) -> Result<Vec<UnknownNumber>, BackendError> {
        actor.must_configure()?;
        let rows = storage::numbers::unknown(self.store(), actor.scope).await?;
        let shown = |row: storage::numbers::UnknownNumber| UnknownNumber {
            number: row.number,
            calls: row.calls,
            first_at_ms: row.first_at,
            last_at_ms: row.last_at,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn number_row(&self, actor: &Actor, body: NumberInput, id: NumberId) -> Result<NumberRow, BackendError> {
        let mut checks = FieldChecks::default();
        checks.text(&body.label, 80, "label").at_most(&body.greeting, 1000, "greeting").at_most(
            &body.language,
            10,
            "language",
        );
        let number = E164::parse(&body.number, Some(&actor.country));
        if let Err(error) = &number {
            checks.require(false, "number", &error.to_string());
        }
        let can_meet = body.media == NumberMedia::Bridge || body.provider == NumberProvider::Twilio;
        checks.require(can_meet, "media", "only Twilio mixes calls itself; choose the bridge for this number");
        let can_play = body.greeting_message_id.is_none() || body.provider != NumberProvider::Exotel;
        checks.require(can_play, "greeting_message_id", "Exotel speaks text only; choose no recorded message");
        checks.done()?;
        if let Some(message) = body.greeting_message_id
            && storage::voicemails::get(self.store(), actor.scope, message).await?.is_none()
        {
            return Err(BackendError::field("greeting_message_id", "names a message that is not there"));
        }
        let number = number.map_err(|error| BackendError::field("number", error.to_string()))?;
        Ok(NumberRow {
            id,
            number: number.as_str().to_owned(),
            label: body.label.trim().to_owned(),
            queue_id: body.queue_id,
            campaign_id: body.campaign_id,
            greeting: body.greeting.trim().to_owned(),
            greeting_message_id: body.greeting_message_id,
            language: body.language,
            provider: provider_row(body.provider),
            media: match body.media {
                NumberMedia::Bridge => MediaRow::Bridge,
                NumberMedia::Conference => MediaRow::Conference,
            },
            created_at: clock::now(),
            last_call_at: None,
        })
    }

    pub async fn create_number(&self, actor: &Actor, body: NumberInput) -> Result<Number, BackendError> {
        actor.must_configure()?;
        let row = self.number_row(actor, body, NumberId::new(clock::new_uuid())).await?;
        storage::numbers::insert(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "number.create", &row.id.to_string()).await;
        Ok(self.number_shown(actor, row).await)
    }

    pub async fn update_number(&self, actor: &Actor, id: NumberId, body: NumberInput) -> Result<Number, BackendError> {
        actor.must_configure()?;
        let old =
            storage::numbers::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("number"))?;
        let new = self.number_row(actor, body, id).await?;
        let row = NumberRow { created_at: old.created_at, last_call_at: old.last_call_at, ..new };
        storage::numbers::update(self.store(), actor.scope, &row).await?;
        self.settings_changed(actor, "number.update", &id.to_string()).await;
        Ok(self.number_shown(actor, row).await)
    }

    pub async fn delete_number(&self, actor: &Actor, id: NumberId) -> Result<(), BackendError> {
        actor.must_configure()?;
        if !storage::numbers::remove(self.store(), actor.scope, id).await? {
            return Err(BackendError::NotFound("number"));
        }
        self.settings_changed(actor, "number.delete", &id.to_string()).await;
        Ok(())
    }
}
