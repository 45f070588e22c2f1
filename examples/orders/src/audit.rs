//! `audit`: compares the books with the orders.
//!
//! | end of an order | money | items of each line | parcels |
//! |---|---|---|---|
//! | shipped | the price, charged once | 1, picked once | 1 |
//! | undone | 0, charged once at most | 0, picked once at most | 0 |
//! | open | 0 or the price, charged once at most | 0 or 1, picked once at most | 1 at most |

use std::collections::BTreeMap;

use crate::books::{Entry, Kind};
use crate::order::Order;
use crate::request::euros;

/// The end of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It has not ended.
    Open,
    /// It has ended with a parcel.
    Shipped,
    /// It has ended with an error, after it was undone.
    Undone,
}

/// The sums of an order in the books.
#[derive(Debug, Default)]
struct Sums {
    money: i64,
    charges: usize,
    /// By line: the items, and how often one was picked.
    lines: BTreeMap<usize, (i64, usize)>,
    parcels: i64,
}

/// Gives a line for each thing in the books that is wrong.
#[must_use]
pub fn audit(entries: &[Entry], orders: &[(Order, End)]) -> Vec<String> {
    let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
    for entry in entries {
        sums.entry(&entry.order).or_default().add(entry);
    }
    let mut complaints = Vec::new();
    for (order, end) in orders {
        let sums = sums.remove(order.id.as_str()).unwrap_or_default();
        let wrong = sums.wrong(order, *end).into_iter();
        complaints.extend(wrong.map(|wrong| format!("order {} ({end:?}): {wrong}", order.id)));
    }
    complaints.extend(
        sums.keys().map(|id| format!("order {id}: the books have entries of it, and the store has none")),
    );
    complaints
}

impl Sums {
    fn add(&mut self, entry: &Entry) {
        let is_taken = usize::from(entry.amount > 0);
        match entry.kind {
            Kind::Money => {
                self.money += entry.amount;
                self.charges += is_taken;
            }
            Kind::Items => {
                let line = self.lines.entry(entry.line.unwrap_or(usize::MAX)).or_default();
                line.0 += entry.amount;
                line.1 += is_taken;
            }
            Kind::Parcels => self.parcels += entry.amount,
        }
    }

    fn wrong(&self, order: &Order, end: End) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.charges > 1 {
            wrong.push(format!("it was charged {} times", self.charges));
        }
        if !fits(self.money, order.cents, end) {
            wrong.push(format!("the bank has {} of {}", euros(self.money), euros(order.cents)));
        }
        if !fits(self.parcels, 1, end) {
            wrong.push(format!("{} parcels were sent", self.parcels));
        }
        for (line, item) in order.items.iter().enumerate() {
            let (items, picks) = self.lines.get(&line).copied().unwrap_or_default();
            if picks > 1 || !fits(items, 1, end) {
                wrong.push(format!("line {line}, {item}, was picked {picks} times, and {items} are gone"));
            }
        }
        if self.lines.keys().any(|line| *line >= order.items.len()) {
            wrong.push("items were picked that are not in it".to_owned());
        }
        wrong
    }
}

fn fits(sum: i64, whole: i64, end: End) -> bool {
    match end {
        End::Shipped => sum == whole,
        End::Undone => sum == 0,
        End::Open => sum == 0 || sum == whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: Kind, line: Option<usize>, amount: i64) -> Entry {
        Entry { order: "7".into(), kind, line, amount }
    }

    fn of(entries: &[Entry], end: End) -> String {
        audit(entries, &[(Order::new("7", ["tea"]), end)]).join("; ")
    }

    #[test]
    fn each_kind_of_mistake_is_found() {
        let charge = entry(Kind::Money, None, 1000);
        let refund = entry(Kind::Money, None, -1000);
        let pick = entry(Kind::Items, Some(0), 1);
        let put_back = entry(Kind::Items, Some(0), -1);
        let parcel = entry(Kind::Parcels, None, 1);
        let whole = [charge.clone(), pick.clone(), parcel.clone()];
        let undone = [charge.clone(), pick.clone(), refund.clone(), put_back.clone()];
        assert_eq!(of(&whole, End::Shipped), "");
        assert_eq!(of(&undone, End::Undone), "");
        assert_eq!(of(&[], End::Undone), "");
        assert_eq!(of(&whole[..2], End::Open), "");
        for (entries, end, complaint) in [
            (vec![charge.clone(), charge.clone(), refund], End::Open, "it was charged 2 times"),
            (whole.to_vec(), End::Undone, "the bank has 10.00 euros of 10.00 euros"),
            (undone[..3].to_vec(), End::Undone, "line 0, tea, was picked 1 times, and 1 are gone"),
            (vec![pick.clone(), put_back, pick.clone()], End::Open, "line 0, tea, was picked 2 times"),
            ([&whole[..], &[parcel]].concat(), End::Shipped, "2 parcels were sent"),
            (vec![entry(Kind::Items, Some(1), 1)], End::Open, "items were picked that are not in it"),
        ] {
            let found = of(&entries, end);
            assert!(found.contains(complaint), "{complaint}: {found}");
        }
        assert!(audit(&[charge], &[])[0].contains("the store has none"));
    }
}
