#[gen::main]
fn main<T>() {}
//~^ gen: `main` cannot be generic: nothing chooses its parameters
//~| help: remove the parameters
