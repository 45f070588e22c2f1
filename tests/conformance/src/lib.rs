//! Conformance with tornado.gen 4.4.3. `register.toml` lists its behaviour. Each row has a test of
//! the same name. The comment of the test says what is asserted and, where gen differs, what
//! Tornado does.
