#[gen::coroutine(returns)]
fn number() -> u32 {
    42
}

fn main() {}
