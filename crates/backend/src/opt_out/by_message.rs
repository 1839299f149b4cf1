//! A word in a text message: STOP and what people write instead.

use domain::{
    consent::{Channel, Source},
    ids::LeadId,
    opt_out::{self, Wish as Asked},
    phone_number::E164,
    pii::Personal,
};
use providers::twilio::webhook::MessageRequest;
use storage::{TenantScope, Tx};

use super::{Wish, last_words, say, stop_calls, withdraw};
use crate::{Backend, error::BackendError};

impl Backend {
    /// Does what a message asks for. False for one that says something else.
    pub(crate) async fn wish_came(&self, scope: TenantScope, message: &MessageRequest) -> Result<bool, BackendError> {
        let Some(asked) = opt_out::wish_of(message.text.reveal()) else { return Ok(false) };
        let (channel, number) = opt_out::sender(message.from.reveal());
        // A short code or a name is nobody who could be called.
        let Ok(number) = E164::from_carrier(number) else { return Ok(true) };
        let proof = format!("{} {}: {}", channel.as_str(), message.message_sid, message.text.reveal().trim());
        let wish = Wish { source: Source::Message, proof: &proof };
        let phone = Personal::new(number.as_str().to_owned());
        let leads = storage::leads::all_by_phone(self.store(), scope, &phone).await?;
        let mut unit = self.store().begin().await?;
        // Of somebody whom nobody knows there is no lead to keep the word with; they are left alone altogether.
        if asked == Asked::StopAll || (asked == Asked::Stop && leads.is_empty()) {
            stop_calls(&mut unit, scope, &number, &wish).await?;
        }
        for lead in &leads {
            match asked {
                Asked::Stop => withdraw(&mut unit, scope, *lead, channel, &wish).await?,
                Asked::StopAll => {
                    for channel in Channel::ALL {
                        withdraw(&mut unit, scope, *lead, channel, &wish).await?;
                    }
                }
                Asked::Start => give_again(&mut unit, scope, *lead, channel, &wish).await?,
            }
        }
        unit.commit().await?;
        for lead in leads {
            self.lead_changed(scope, lead);
        }
        Ok(true)
    }
}

/// What was withdrawn by a message is given again by one; what was withdrawn otherwise is not.
async fn give_again(
    unit: &mut Tx,
    scope: TenantScope,
    lead: LeadId,
    channel: Channel,
    wish: &Wish<'_>,
) -> Result<(), BackendError> {
    for word in last_words(unit, scope, lead, channel).await? {
        if !word.given && word.source == Source::Message.as_str() {
            say(unit, scope, lead, (channel, &word.purpose, true), wish).await?;
        }
    }
    Ok(())
}
