#[gen::coroutine(returns)]
fn number() -> Result<u32, std::fmt::Error> {
    Ok(42)
}

fn main() {}
