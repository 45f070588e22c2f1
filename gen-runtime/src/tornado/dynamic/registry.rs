//! Which types can be yielded at run time, and how: one table for the process, as Tornado's `convert_yielded.register` keeps one.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::conversion::{erase, Erased};
use super::Value;
use crate::error::Throw;
use crate::multi;
use crate::yieldable::FutureOfResult;

/// Makes a future of a value of the type that it is registered for.
pub(super) type Convert = Arc<dyn Fn(Value) -> Erased + Send + Sync>;

type Table = HashMap<TypeId, Convert>;

/// Nothing panics while it is locked, and so it is whole even if it is poisoned.
static TABLE: LazyLock<RwLock<Table>> = LazyLock::new(|| RwLock::new(containers()));

/// Registers how a [`Value`] that is a `T` is yielded: `convert` makes a future of it, whose output the yield gives.
///
/// The type is that of the closure's argument. It holds for the whole process; to register a type again replaces what was registered before, for
/// values that are yielded from then on. Types that are known at compile time need none of this: they implement
/// [`IntoFuture`](std::future::IntoFuture).
///
/// ```
/// use gen::dynamic::{register, Value};
/// use std::time::Duration;
///
/// register(|pause: Duration| gen::ok(async move { pause.as_secs() }));
///
/// let seconds = gen::run_sync(Value::new(Duration::from_secs(7))).unwrap();
/// assert_eq!(seconds.downcast::<u64>().unwrap(), 7);
/// ```
pub fn register<T, C, F, U, E, M>(convert: C)
where
    T: Any + Send,
    C: Fn(T) -> F + Send + Sync + 'static,
    F: FutureOfResult<U, E>,
    F::IntoFuture: Send + 'static,
    U: Any + Send,
    E: Throw<M>,
    M: 'static,
{
    let (id, convert) = entry(move |value: T| convert(value).into_future());
    let before = TABLE.write().unwrap_or_else(PoisonError::into_inner).insert(id, convert);
    // Outside of the lock: the drop runs code of whoever made it.
    drop(before);
}

/// How a value is converted, if its type is registered.
pub(super) fn find(value: &Value) -> Option<Convert> {
    TABLE.read().unwrap_or_else(PoisonError::into_inner).get(&value.type_id()).cloned()
}

/// The lists and maps of values.
fn containers() -> Table {
    HashMap::from([
        entry(|list: Vec<Value>| multi(list).join()),
        entry(|map: HashMap<String, Value>| multi(map).join()),
        entry(|map: BTreeMap<String, Value>| multi(map).join()),
    ])
}

fn entry<T, C, F, U, E, M>(convert: C) -> (TypeId, Convert)
where
    T: Any + Send,
    C: Fn(T) -> F + Send + Sync + 'static,
    F: Future<Output = Result<U, E>> + Send + 'static,
    U: Any + Send,
    E: Throw<M>,
    M: 'static,
{
    let convert = move |value: Value| match value.downcast() {
        Ok(value) => erase(convert(value)),
        // It was found by its type, so this is not reached.
        Err(wrong) => erase(std::future::ready(Err::<U, _>(wrong))),
    };
    (TypeId::of::<T>(), Arc::new(convert))
}
