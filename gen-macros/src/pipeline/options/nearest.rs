//! The option that was probably meant by an unknown one.

/// The option that was probably meant: the one for a name that is usual elsewhere, else the nearest
/// one that is at most two edits away.
pub(super) fn nearest(name: &str, options: &[&'static str]) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let meant = match lower.as_str() {
        "local" | "dynamic" | "erased" => "dyn",
        "box" => "boxed",
        "flavour" | "runtime_flavor" => "flavor",
        "threads" | "workers" => "worker_threads",
        "paused" => "start_paused",
        "timeout" | "time_limit" | "deadline" => "limit",
        "shuffle" | "random" | "order" => "shuffled",
        "detached" => "leaks",
        "krate" | "path" | "runtime" => "crate",
        other => other,
    };
    options
        .iter()
        .map(|option| (edits(meant, option), *option))
        .filter(|(distance, option)| *distance <= 2 && *distance < option.len())
        .min()
        .map(|(_, option)| option)
}

/// The Levenshtein distance between two words.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}
