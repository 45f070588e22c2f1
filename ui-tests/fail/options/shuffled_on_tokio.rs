#[gen::test(tokio, shuffled)]
//~^ gen: `shuffled` is for the order of the loop of gen, and tokio has an order of its own
//~| help: remove `shuffled`, or write `#[gen::test(shuffled)]`
fn waits() {}

fn main() {}
