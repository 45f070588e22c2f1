//! The profiles that callgrind writes.
//!
//! A profile is a list of lines. Of these, three kinds matter here:
//!
//! | line | meaning |
//! |---|---|
//! | `fn=(7) name` | the costs that follow are those of this function. Only its first line has the name |
//! | `calls=1 0` | the next cost is that of a function that is called here |
//! | `+3 12` | a cost: 12 instructions. The first word is a line of the source |
//!
//! `cfn=(7) name` names the function that is called, and may be the first line to do so.

use std::collections::HashMap;

/// The functions of a profile with their instructions, without those of the functions that they
/// call. The function with the most instructions is first.
pub fn by_function(profile: &str) -> Vec<(String, u64)> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut costs: HashMap<&str, u64> = HashMap::new();
    let (mut function, mut is_of_call) = ("", false);
    for line in profile.lines() {
        let named = line.strip_prefix("fn=");
        if let Some(name) = named.or_else(|| line.strip_prefix("cfn=")) {
            let (id, name) = name.split_once(' ').unwrap_or((name, ""));
            if !name.is_empty() {
                names.insert(id, name);
            }
            if named.is_some() {
                function = id;
            }
        } else if line.starts_with("calls=") {
            is_of_call = true;
        } else if line.starts_with(['+', '-', '*']) || line.starts_with(|first: char| first.is_ascii_digit())
        {
            let cost = line.split_once(' ').and_then(|(_, cost)| cost.parse::<u64>().ok());
            if !std::mem::take(&mut is_of_call) {
                *costs.entry(function).or_default() += cost.unwrap_or(0);
            }
        }
    }
    let mut parts: Vec<(String, u64)> =
        costs.into_iter().map(|(id, cost)| (names.get(id).unwrap_or(&id).to_string(), cost)).collect();
    parts.sort_by(|(name, cost), (other_name, other)| other.cmp(cost).then_with(|| name.cmp(other_name)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The costs of a callee would count twice, or for the wrong function.
    #[test]
    fn a_function_has_its_own_instructions() {
        let profile = "\
positions: line
events: Ir
fl=(1) run.rs
fn=(1) run
10 3
+1 2
cfn=(2) wake
calls=1 5
+1 40
* 1

fn=(2)
5 30
fi=(2) cell.rs
7 10
fe=(1)
fn=(1)
20 100
";
        let expected = [("run".to_owned(), 106), ("wake".to_owned(), 40)];
        assert_eq!(by_function(profile), expected);
    }
}
