//! The tests of `tornado.gen` 4.4, and the rules of its code, each as a test of that name.
//!
//! A comment says what Tornado does, and if it is different here, why. What the tests have in common is in `loop_behaviour`.
