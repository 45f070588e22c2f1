//@ rustc: `?` cannot take what is no `std::error::Error` itself; a yield can, and so can `gen::Error::new(boxed)`

#[gen::coroutine]
fn body() -> gen::Result {
    Err::<(), Box<dyn std::error::Error + Send + Sync>>("text".into())?;
    //~^ rustc: `?` couldn't convert the error: `dyn std::error::Error + Send + Sync: Sized` is not satisfied
    Ok(())
}

fn main() {}
