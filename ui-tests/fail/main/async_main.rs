#[gen::main]
async fn main() {}
