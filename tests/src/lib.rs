//! stub

pub mod referee;
