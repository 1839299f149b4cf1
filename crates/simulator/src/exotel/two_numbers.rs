//! "Connect two numbers": the first telephone is called, then the second, and they are joined.

use std::sync::Arc;

use super::call::{Ended, LiveCall, Order, Over};
use crate::{
    LINE_RATE, SILENCE,
    customer::{Customer, CustomerScript},
    party::Party,
    twilio::Destination,
};

impl LiveCall {
    pub async fn run_two(&mut self, first: &str, second: Option<&Destination>, order: &Order) -> (Ended, &'static str) {
        let agent = self.account.lock().destinations.get(first).cloned();
        for telephone in [agent.as_ref(), second] {
            if let Err(status) = self.ring(telephone, order.ring).await {
                self.report(order, "terminal", status).await;
                return (Ended::NotAnswered, status);
            }
        }
        self.lift();
        if !self.account.behaviour().no_answer_report {
            self.report(order, "answered", "in-progress").await;
        }
        let script = agent.map_or_else(|| CustomerScript::silent(first), |agent| Arc::clone(&agent.script));
        let mut other = Party::new(Customer::new(&script));
        let ended = match self.join(&mut other).await {
            Ok(ended) | Err(Over(ended)) => ended,
        };
        if order.record {
            self.keep_recording(&other.into_report(0).said);
        }
        self.record.send_modify(|record| record.ended = Some(jiff::Timestamp::now()));
        if !self.account.behaviour().no_final_report {
            self.report(order, "terminal", "completed").await;
        }
        (ended, "completed")
    }

    async fn join(&mut self, other: &mut Party) -> Result<Ended, Over> {
        let mut from_other = SILENCE;
        loop {
            let from_customer = self.frame(&from_other, true).await?;
            let tick = other.exchange(&from_customer, true);
            if tick.hangs_up {
                return Ok(Ended::Flow);
            }
            from_other = tick.frame;
        }
    }

    /// As a WAV of two channels: the first telephone left, the second right.
    fn keep_recording(&mut self, agent: &[i16]) {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: LINE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = std::io::Cursor::new(Vec::new());
        let said = self.party.said().to_vec();
        let written = hound::WavWriter::new(&mut file, spec).and_then(|mut writer| {
            for (left, right) in agent.iter().zip(&said) {
                writer.write_sample(*left)?;
                writer.write_sample(*right)?;
            }
            writer.finalize()
        });
        if let Err(error) = written {
            self.account.complain(format!("a recording could not be written: {error}"));
            return;
        }
        let sid = self.see().sid;
        let url = format!("http://{}/recordings/{sid}.wav", self.account.address);
        self.account.lock().recordings.insert(sid, file.into_inner());
        self.record.send_modify(|record| record.recording_url = Some(url));
    }
}
