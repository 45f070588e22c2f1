//! The text above the attribute is read line by line, and a line may be a part of a string or of a
//! block.

#[doc = "A string of several lines.
It's no token, and
// this is no comment."]
#[gen::coroutine]
fn outer() -> gen::Result<u32> {
    gen::yield_!(inner::one())
}

#[allow(dead_code)] mod inner {
    #[gen::coroutine]
    pub fn one() -> gen::Result<u32> {
        gen::yield_!(gen::moment())?;
        gen::yield_!(another::two()).map(|two| two - 1)
    }

    mod another {
        #[gen::coroutine]
        pub fn two() -> gen::Result<u32> {
            gen::yield_!(gen::moment())?;
            Ok(2)
        }
    }
}

fn main() {
    assert_eq!(gen::run_sync(outer()).unwrap(), 1);
}
