#[gen::test(tokio, flavor = "threaded")]
//~^ gen: unknown flavor `threaded`
//~| help: write `"multi_thread"`, `"current_thread"` or `"local"`
fn waits() {}

fn main() {}
