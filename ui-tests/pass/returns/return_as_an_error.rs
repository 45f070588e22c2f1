//! `gen::Return(..)` is an error already. It needs neither `.into()` nor a type.

fn cached(key: &str) -> gen::Result {
    if key == "answer" {
        return Err(gen::Return(42_u32));
    }
    Ok(())
}

#[gen::coroutine(returns)]
fn lookup(key: &'static str) -> gen::Result<u32> {
    cached(key)?;
    Err(gen::Return(7_u32))
}

fn main() {
    assert_eq!(gen::run_sync(lookup("answer")).unwrap(), 42);
    assert_eq!(gen::run_sync(lookup("question")).unwrap(), 7);
}
