//! [`Answers`]: the answers that the function of a batch may return.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::errors::{AnswerCountError, MissingKeyError};
use crate::error::Throw;
use crate::Result;

/// The values of several keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which value belongs to which key",
    label = "the function of a batch returned this, in a `Result`",
    note = "return a map with a value for each key, or a `Vec` with a `Result` for each key in the order of the keys",
    note = "from a `Vec` of values, write `values.into_iter().map(gen::Ok).collect::<Vec<_>>()`"
)]
pub trait Answers<K, M> {
    /// The value of a key.
    type Value;

    /// The result of each key, in the order of the keys.
    ///
    /// # Errors
    ///
    /// If they do not fit the keys at all.
    fn results<'k>(self, keys: impl ExactSizeIterator<Item = &'k K>) -> Result<Vec<Result<Self::Value>>>
    where
        K: 'k;
}

/// Marks results in the order of the keys, whose errors have the kind `M`.
#[derive(Debug)]
pub struct InOrder<M>(PhantomData<M>);

/// Marks values that have their keys.
#[derive(Debug)]
pub struct Keyed;

#[diagnostic::do_not_recommend]
impl<K, V, E, M> Answers<K, InOrder<M>> for Vec<Result<V, E>>
where
    E: Throw<M>,
{
    type Value = V;

    fn results<'k>(self, keys: impl ExactSizeIterator<Item = &'k K>) -> Result<Vec<Result<V>>>
    where
        K: 'k,
    {
        if self.len() != keys.len() {
            return Err(AnswerCountError::new(keys.len(), self.len()).into());
        }
        Ok(self.into_iter().map(|result| result.map_err(Throw::throw)).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<K, V, S> Answers<K, Keyed> for HashMap<K, V, S>
where
    K: Hash + Eq + Debug,
    S: BuildHasher,
{
    type Value = V;

    fn results<'k>(mut self, keys: impl ExactSizeIterator<Item = &'k K>) -> Result<Vec<Result<V>>>
    where
        K: 'k,
    {
        Ok(keys.map(|key| found(key, self.remove(key))).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<K, V> Answers<K, Keyed> for BTreeMap<K, V>
where
    K: Ord + Debug,
{
    type Value = V;

    fn results<'k>(mut self, keys: impl ExactSizeIterator<Item = &'k K>) -> Result<Vec<Result<V>>>
    where
        K: 'k,
    {
        Ok(keys.map(|key| found(key, self.remove(key))).collect())
    }
}

fn found<V>(key: &impl Debug, value: Option<V>) -> Result<V> {
    value.ok_or_else(|| MissingKeyError::new(key).into())
}
