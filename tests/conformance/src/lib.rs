//! Conformance with tornado.gen 4.4.3. `register.toml` lists what it does; each row has a test of its name, whose comment says what is asserted, and where we
//! differ, what Tornado does.
