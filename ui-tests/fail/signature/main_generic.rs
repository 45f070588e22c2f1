#[gen::main]
fn main<T>() {}
//~^ gen: `main` cannot be generic: nobody is there to choose
//~| help: remove the parameters
