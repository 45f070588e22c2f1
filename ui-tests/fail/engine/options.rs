#[gen::engine(boxed)]
fn engine() {}

#[gen::engine]
async fn twice() {}

#[gen::engine]
struct Engine;

fn main() {}
