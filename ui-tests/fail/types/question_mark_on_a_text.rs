//@ rustc: `?` converts only a `std::error::Error`; a yield throws a text, and `gen::Error::new(text)` makes it an error

#[gen::coroutine]
fn body(n: u32) -> gen::Result<u32> {
    if n == 0 {
        Err("nothing")?;
        //~^ rustc: `?` couldn't convert the error: `str: std::error::Error` is not satisfied
    }
    Ok(n)
}

fn main() {}
