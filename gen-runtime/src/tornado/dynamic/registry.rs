//! The conversions of values by their type: one table for the process, as Tornado's
//! `convert_yielded.register` has.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::conversion::{erase, Erased};
use super::Value;
use crate::error::Throw;
use crate::multi;
use crate::yieldable::FutureOfResult;

/// Makes a future of a value, whose type is the one under which the function is registered.
pub(super) type Convert = Arc<dyn Fn(Value) -> Erased + Send + Sync>;

type ConversionTable = HashMap<TypeId, Convert>;

/// Nothing panics while the table is locked, so a poisoned table is still valid.
static TABLE: LazyLock<RwLock<ConversionTable>> = LazyLock::new(|| RwLock::new(containers()));

/// Registers how a [`Value`] that holds a `T` is yielded: the yield gives the output of the future
/// that `convert` makes of it.
///
/// `T` is the type of the closure's argument. The registration holds for the whole process. A later
/// one for the same type replaces it for values that are yielded from then on. Types that are known
/// at compile time implement [`IntoFuture`](std::future::IntoFuture) instead.
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
    // Dropped outside the lock, because the drop may run code of the user.
    drop(before);
}

/// The conversion that is registered for the type of the value.
pub(super) fn find(value: &Value) -> Option<Convert> {
    TABLE.read().unwrap_or_else(PoisonError::into_inner).get(&value.type_id()).cloned()
}

/// The conversions of the lists and maps of values.
fn containers() -> ConversionTable {
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
        // This is not reached, because the table is searched by the type.
        Err(wrong) => erase(std::future::ready(Err::<U, _>(wrong))),
    };
    (TypeId::of::<T>(), Arc::new(convert))
}
