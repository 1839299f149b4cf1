//! Fresh stores for tests.
