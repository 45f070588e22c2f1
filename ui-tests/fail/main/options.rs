#[gen::main(boxed)]
fn main() {}
