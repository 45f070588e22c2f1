use std::marker::PhantomData;

use gen::kinds::Listed;
use gen::{yield_, Frame, FrameKind, Yieldable};

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

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
    yield_!(Grid(vec![vec![(save(), async {})]]))?;
    //~^ gen: this yield would leave a `Result` unopened, and its error would be lost
    //~| note: for each future that cannot fail, write `gen::ok(future)`; then the yield opens all of them
    Ok(())
}

fn main() {}
