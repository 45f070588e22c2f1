#[gen::coroutine]
fn unknown(n: Missing) -> Absent {
    n
}

fn main() {}
