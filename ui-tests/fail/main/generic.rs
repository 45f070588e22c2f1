#[gen::main]
fn main<T>() {}
