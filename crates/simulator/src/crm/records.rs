//! The records.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};

use super::config::Order;

#[derive(Debug, Clone)]
struct Record {
    fields: Map<String, Value>,
    created_at_ms: i64,
    updated_at_ms: i64,
}

#[derive(Debug, Default)]
pub struct Records {
    all: BTreeMap<u64, Record>,
    last: u64,
}

pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// As Laravel writes it: `2026-11-26T10:00:00.000000Z`.
fn written(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

fn fields_of(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Objects within are put together, everything else is replaced.
fn put_together(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => put_together(inner, more),
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

impl Record {
    fn shown(&self, id: u64) -> Value {
        let mut fields = self.fields.clone();
        fields.insert("id".to_owned(), Value::from(id));
        fields.insert("created_at".to_owned(), Value::from(written(self.created_at_ms)));
        fields.insert("updated_at".to_owned(), Value::from(written(self.updated_at_ms)));
        Value::Object(fields)
    }
}

impl Records {
    pub fn add(&mut self, fields: Value, at_ms: i64) -> u64 {
        self.last += 1;
        let record = Record { fields: fields_of(fields), created_at_ms: at_ms, updated_at_ms: at_ms };
        self.all.insert(self.last, record);
        self.last
    }

    pub fn change(&mut self, id: u64, fields: Value, at_ms: i64) -> Option<Value> {
        let record = self.all.get_mut(&id)?;
        put_together(&mut record.fields, fields_of(fields));
        record.updated_at_ms = at_ms;
        Some(record.shown(id))
    }

    pub fn remove(&mut self, id: u64) -> bool {
        self.all.remove(&id).is_some()
    }

    pub fn get(&self, id: u64) -> Option<Value> {
        self.all.get(&id).map(|record| record.shown(id))
    }

    pub fn all(&self) -> Vec<Value> {
        self.all.iter().map(|(id, record)| record.shown(*id)).collect()
    }

    /// Ids of those that were changed at or after an instant.
    pub fn since(&self, since_ms: Option<i64>, order: Order) -> Vec<u64> {
        let fits = |record: &Record| since_ms.is_none_or(|since| record.updated_at_ms >= since);
        let mut found: Vec<_> =
            self.all.iter().filter(|(_, record)| fits(record)).map(|(id, one)| (one.updated_at_ms, *id)).collect();
        if order == Order::ByChange {
            found.sort_unstable();
        }
        found.into_iter().map(|(_, id)| id).collect()
    }
}
