//@ attribute: the attribute is the mistake

#[gen::test]
#[tokio::test]
//~^ gen: this attribute requires an `async fn`, and the function does not return a future
//~| help: remove it; for a test on tokio write `#[gen::test(tokio)]`
fn waits() {}

fn main() {}
