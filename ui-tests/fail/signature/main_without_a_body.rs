#[gen::main]
fn main();
//~^ rustc: free function without a body
