//@ rustc: `?` takes what is a `std::error::Error`; a text is thrown by a yield, and made an error by `gen::Error::new(text)`

#[gen::coroutine]
fn body(n: u32) -> gen::Result<u32> {
    if n == 0 {
        Err("nothing")?;
        //~^ rustc: `?` couldn't convert the error: `str: std::error::Error` is not satisfied
    }
    Ok(n)
}

fn main() {}
