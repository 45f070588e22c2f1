//! A text is made an error, and the error of a yield is made an error of another type.

use gen::yield_;

#[gen::coroutine]
fn body(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Err(gen::Error::new("nothing"));
    }
    Ok(n)
}

#[gen::coroutine]
fn read() -> Result<u32, std::io::Error> {
    yield_!(body(0)).map_err(std::io::Error::other)
}

fn main() {
    assert_eq!(gen::block_on(read()).unwrap_err().to_string(), "nothing");
}
