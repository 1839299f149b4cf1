//! The product from outside: one program, so that it is linked once.

mod accounts;
mod architecture;
mod bad_input;
mod first_call;
mod walls;
