use std::future::ready;
use std::marker::PhantomData;

use gen::kinds::Listed;
use gen::{yield_, Frame, FrameKind, Yieldable};

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}
struct NotAnError;

struct Grid<T>(Vec<Vec<T>>);

struct GridOf<M>(PhantomData<M>);

impl<T: Yieldable<M, Mode, K>, M, Mode, K: FrameKind> Yieldable<GridOf<M>, Mode, K> for Grid<T> {
    type Output = Vec<Vec<T::Output>>;
    type Pending = <Vec<Vec<T>> as Yieldable<Listed<Listed<M>>, Mode, K>>::Pending;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        self.0.into_pending(frame)
    }
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Grid(vec![vec![ready(Err::<u8, _>(NotAnError))]]))?;
    //~^ gen: this yield would leave a `Result` unopened, and its error would be lost
    //~| note: a `Result` is not opened either if its error is not a `std::error::Error`: write `impl std::error::Error` for it
    //~| note: to get each `Result` unopened, write `yield_!(gen::raw(..))`
    Ok(())
}

fn main() {}
