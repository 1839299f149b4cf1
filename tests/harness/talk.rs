//! A talk under way: a customer and an agent who hear each other.

use std::time::Duration;

use domain::role::Role;

use crate::{
    TestServer,
    carrier::{CUSTOMER, Leg, NUMBER, Said, TestCarrier},
    desk::Desk,
};

/// A customer and an agent who talk.
pub struct Talk {
    pub server: TestServer,
    pub admin: String,
    pub carrier: TestCarrier,
    pub said: Said,
    pub desk: Desk,
    pub leg: Leg,
    call_sid: String,
}

impl Talk {
    /// The first call of this server.
    pub async fn begin(server: TestServer) -> Self {
        let admin = server.tenant("owner").await;
        Self::begin_at(server, admin).await
    }

    /// The first call of the tenant `owner`, which is there.
    pub async fn begin_at(server: TestServer, admin: String) -> Self {
        let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
        let carrier = TestCarrier::of(&server, &admin, &[agent]).await;
        let mut desk = Desk::sign_in(&server, "telecaller@owner.example").await;
        desk.available().await;
        let said = carrier.voice("CA1", CUSTOMER, NUMBER).await;
        let leg = carrier.connect(&said, "CA1").await;
        desk.answer_next().await;
        let talk = Self { server, admin, carrier, said, desk, leg, call_sid: "CA1".to_owned() };
        talk.has_sound().await;
        talk
    }

    /// The customer has hung up and calls again; the agent, who is available, takes it.
    pub async fn again(self, call_sid: &str) -> Self {
        let Self { server, admin, carrier, mut desk, leg, .. } = self;
        leg.cut();
        let said = carrier.voice(call_sid, CUSTOMER, NUMBER).await;
        let leg = carrier.connect(&said, call_sid).await;
        desk.answer_next().await;
        let talk = Self { server, admin, carrier, said, desk, leg, call_sid: call_sid.to_owned() };
        talk.has_sound().await;
        talk
    }

    /// Waits until each hears the other.
    pub async fn has_sound(&self) {
        self.desk.ear.hears(600.0, "the customer").await;
        self.leg.ear.hears(1_000.0, "the agent").await;
    }

    /// Begins to measure.
    pub fn listen(&self) {
        self.desk.ear.clear();
        self.leg.ear.clear();
    }

    /// Both heard each other without a break for the last seconds, since [`Self::listen`].
    pub async fn heard_throughout(&self, seconds: f64) {
        while self.desk.ear.seconds() < seconds || self.leg.ear.seconds() < seconds {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let shares = (self.desk.ear.share_with(600.0), self.leg.ear.share_with(1_000.0));
        assert!(shares.0 > 0.9 && shares.1 > 0.9, "shares of the time with sound: {shares:?}");
    }

    /// Path of the call below `/api/v1`.
    pub fn path(&self) -> String {
        format!("/calls/{}", self.said.call())
    }

    /// A token of the agent who talks.
    pub async fn agents_token(&self) -> String {
        self.server.sign_in("telecaller@owner.example").await.text("access_token")
    }

    /// The customer hangs up.
    pub async fn hang_up(&self) {
        self.carrier.status(&self.call_sid, "completed", "2").await;
    }

    pub async fn end(self) {
        self.hang_up().await;
        self.leg.stop().await;
        self.desk.phone.sign_out().await;
        self.server.stop().await;
    }
}
