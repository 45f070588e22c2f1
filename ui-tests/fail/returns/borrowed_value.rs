#[gen::coroutine(returns)]
fn first(text: &str) -> gen::Result<&str> {
    Ok(&text[..1])
}

fn main() {}
