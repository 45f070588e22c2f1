//! A return type may contain a lifetime of the `impl`: in a reference, where only this lifetime is
//! correct, and in a trait object.

use std::cell::Cell;
use std::fmt::Debug;

use gen::yield_;

struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    #[gen::coroutine]
    fn first(&self) -> gen::Result<&'a str> {
        yield_!(gen::moment())?;
        self.0.split(' ').next().ok_or_else(|| gen::Error::new("no word"))
    }

    #[gen::coroutine]
    fn cell(&self) -> Cell<&'a str> {
        let _ = yield_!(gen::moment());
        Cell::new(self.0)
    }

    #[gen::coroutine(boxed)]
    fn shown(&self) -> gen::Result<Box<dyn Debug + 'a>> {
        yield_!(gen::moment())?;
        Ok(Box::new(self.0))
    }

    #[gen::coroutine]
    fn split<'b>(&self, at: &'b str) -> gen::Result<(&'a str, &'b str, for<'c> fn(&'c str) -> &'c str)> {
        let first = yield_!(self.first())?;
        Ok((first, at, str::trim))
    }
}

fn main() {
    let text = String::from("one two");
    // The result outlives the `Text` that it came from.
    let first = gen::run_sync(Text(&text).first()).unwrap();
    let cell: Cell<&str> = gen::run_sync(gen::ok(Text(&text).cell())).unwrap();
    let shown = gen::run_sync(Text(&text).shown()).unwrap();
    let (same, at, trim) = gen::run_sync(Text(&text).split(" ")).unwrap();
    assert_eq!((first, cell.get(), same, trim(at)), ("one", "one two", "one", ""));
    assert_eq!(format!("{shown:?}"), "\"one two\"");
}
