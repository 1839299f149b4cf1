//! The order in which the servers of a domain are tried (RFC 2782).

/// One SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The lowest are tried first.
    pub priority: u16,
    /// Share among those of one priority.
    pub weight: u16,
    pub port: u16,
    /// A name; empty for "there is no such service here".
    pub host: String,
}

/// Orders records. `random(n)` answers with a number from 0 to n, both among them.
pub fn order(mut records: Vec<Record>, mut random: impl FnMut(u32) -> u32) -> Vec<Record> {
    records.retain(|record| !record.host.is_empty() && record.port != 0);
    // Those without weight come first, so that they have their small chance.
    records.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let priority = first.priority;
        let equal = || records.iter().take_while(|record| record.priority == priority);
        let picked = random(equal().map(|record| u32::from(record.weight)).sum());
        let sums = equal().scan(0, |sum, record| {
            *sum += u32::from(record.weight);
            Some(*sum)
        });
        let at = sums.take_while(|sum| *sum < picked).count().min(equal().count() - 1);
        ordered.push(records.remove(at));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(priority: u16, weight: u16, host: &str) -> Record {
        Record { priority, weight, port: 5_060, host: host.to_owned() }
    }

    fn hosts(records: Vec<Record>, random: impl FnMut(u32) -> u32) -> Vec<String> {
        order(records, random).into_iter().map(|record| record.host).collect()
    }

    #[test]
    fn the_lowest_priority_comes_first_whatever_the_weights() {
        let records = vec![record(20, 100, "c"), record(10, 1, "a"), record(15, 0, "b")];
        for pick in [0, u32::MAX] {
            assert_eq!(hosts(records.clone(), |most| pick.min(most)), ["a", "b", "c"]);
        }
    }

    #[test]
    fn equals_are_picked_by_their_weight() {
        let records = vec![record(1, 1, "small"), record(1, 3, "large"), record(1, 0, "none")];
        // Running sums: none 0, small 1, large 4.
        assert_eq!(hosts(records.clone(), |_| 0), ["none", "small", "large"]);
        assert_eq!(hosts(records.clone(), |most| most.min(1))[0], "small");
        assert_eq!(hosts(records, |most| most)[0], "large");
    }

    #[test]
    fn a_service_that_is_said_not_to_be_there_is_not_tried() {
        assert!(order(vec![record(0, 0, ""), Record { port: 0, ..record(0, 0, "x") }], |_| 0).is_empty());
    }

    #[test]
    fn every_record_is_tried_once() {
        let records: Vec<Record> = (0..50).map(|n| record(n % 4, n * 7 % 5, &n.to_string())).collect();
        let mut state = 7_u32;
        let ordered = order(records.clone(), |most| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % (most + 1)
        });
        assert!(ordered.is_sorted_by_key(|record| record.priority));
        let mut names: Vec<u32> = ordered.iter().map(|record| record.host.parse().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, (0..50).collect::<Vec<_>>());
    }
}
