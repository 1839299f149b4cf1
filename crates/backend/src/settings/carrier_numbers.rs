//! The carrier account's own numbers: where each sends its calls, and the one step that sends them here.

use std::collections::HashSet;

use domain::number_route::{
    AtCarrier, MessageRoute as Messages, MessagesAtCarrier, NumberRoute as Route, Ours, message_route, number_route,
};
use providers::{
    telephony::{CarrierError, NumberAddresses, OwnedNumber},
    twilio::errors::sentence,
};
use wire::config::{CarrierNumber, CarrierNumbers, ConnectNumber, MessageRoute, NumberRoute};

use crate::{
    Actor, Backend,
    carriers::{TWILIO, TenantCarrier},
    error::{BackendError, FieldChecks},
};

/// Twilio's code for what the account does not have.
const NOT_FOUND: u32 = 20404;

/// Our own addresses for every number of the account.
struct Addresses {
    voice: String,
    status: String,
    messages: String,
}

impl Addresses {
    fn of(carrier: &TenantCarrier) -> Self {
        Self {
            voice: carrier.number_voice_url(),
            status: carrier.number_status_url(),
            messages: carrier.number_message_url(),
        }
    }
}

const fn route_shown(route: Route) -> NumberRoute {
    match route {
        Route::Here => NumberRoute::Here,
        Route::HereInPart => NumberRoute::HereInPart,
        Route::Elsewhere => NumberRoute::Elsewhere,
        Route::Nowhere => NumberRoute::Nowhere,
    }
}

const fn messages_shown(route: Messages) -> MessageRoute {
    match route {
        Messages::Here => MessageRoute::Here,
        Messages::Elsewhere => MessageRoute::Elsewhere,
        Messages::Nowhere => MessageRoute::Nowhere,
        Messages::NotTaken => MessageRoute::NotTaken,
    }
}

fn shown(number: OwnedNumber, ours: &Addresses, listed: &HashSet<String>) -> CarrierNumber {
    let at_carrier = AtCarrier {
        voice_url: &number.voice_url,
        voice_post: number.voice_post,
        status_url: &number.status_url,
        passed_on: number.passed_on,
    };
    let route = number_route(&at_carrier, &Ours { voice_url: &ours.voice, status_url: &ours.status });
    let messages = MessagesAtCarrier {
        taken: number.sms,
        url: &number.message_url,
        post: number.message_post,
        passed_on: number.messages_passed_on,
    };
    CarrierNumber {
        messages: messages_shown(message_route(&messages, &ours.messages)),
        message_url: number.message_url,
        route: route_shown(route),
        in_list: listed.contains(&number.number),
        id: number.id,
        number: number.number,
        label: number.label,
        voice_url: number.voice_url,
    }
}

impl Backend {
    /// The numbers of the Twilio account, for admins.
    ///
    /// # Errors
    /// What the carrier says is in the answer; only rights and the database fail.
    pub async fn carrier_numbers(&self, actor: &Actor) -> Result<CarrierNumbers, BackendError> {
        actor.must_configure()?;
        match self.carrier(actor.scope, TWILIO).await {
            Ok(carrier) => self.numbers_at(actor, &carrier).await,
            Err(error @ BackendError::NotConfigured(_)) => {
                Ok(CarrierNumbers { numbers: Vec::new(), problem: Some(error.to_string()) })
            }
            Err(error) => Err(error),
        }
    }

    /// Points one number at this server, and reads all of them again.
    ///
    /// # Errors
    /// See [`Self::carrier_numbers`].
    pub async fn connect_carrier_number(
        &self,
        actor: &Actor,
        body: ConnectNumber,
    ) -> Result<CarrierNumbers, BackendError> {
        actor.must_configure()?;
        FieldChecks::default().text(&body.id, 64, "id").done()?;
        let carrier = match self.carrier(actor.scope, TWILIO).await {
            Ok(carrier) => carrier,
            Err(error @ BackendError::NotConfigured(_)) => {
                return Ok(CarrierNumbers { numbers: Vec::new(), problem: Some(error.to_string()) });
            }
            Err(error) => return Err(error),
        };
        let ours = Addresses::of(&carrier);
        if !carrier.simulated && !ours.voice.starts_with("https://") {
            let problem = "enter the public address of this server, which begins with https://, and save it first";
            return Err(BackendError::field("public_url", problem));
        }
        let messages = body.messages.then_some(ours.messages);
        let addresses = NumberAddresses { voice: ours.voice, status: ours.status, messages };
        let problem = match carrier.api.connect_number(&body.id, &addresses).await {
            Ok(()) => {
                self.settings_changed(actor, "number.connect", &body.id).await;
                None
            }
            Err(CarrierError::CallOver) => sentence(NOT_FOUND).map(str::to_owned),
            Err(error) => Some(error.to_string()),
        };
        let mut now = self.numbers_at(actor, &carrier).await?;
        now.problem = problem.or(now.problem);
        Ok(now)
    }

    async fn numbers_at(&self, actor: &Actor, carrier: &TenantCarrier) -> Result<CarrierNumbers, BackendError> {
        let listed = storage::numbers::list(self.store(), actor.scope).await?;
        let listed: HashSet<String> = listed.into_iter().map(|number| number.number).collect();
        let ours = Addresses::of(carrier);
        Ok(match carrier.api.list_numbers().await {
            Ok(numbers) => {
                let numbers = numbers.into_iter().map(|number| shown(number, &ours, &listed)).collect();
                CarrierNumbers { numbers, problem: None }
            }
            Err(error) => CarrierNumbers { numbers: Vec::new(), problem: Some(error.to_string()) },
        })
    }
}
