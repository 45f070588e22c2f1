//@ rustc: `?` converts only a type that is a `std::error::Error` itself; a yield, and `gen::Error::new(boxed)`, also take a box

#[gen::coroutine]
fn body() -> gen::Result {
    Err::<(), Box<dyn std::error::Error + Send + Sync>>("text".into())?;
    //~^ rustc: `?` couldn't convert the error: `dyn std::error::Error + Send + Sync: Sized` is not satisfied
    Ok(())
}

fn main() {}
