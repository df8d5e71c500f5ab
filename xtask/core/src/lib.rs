//! What all areas of xtask share. Layers point one way:
//! `model` ← `config`, `report` ← `repo`, `exec` ← `journal`, `suite`, `gate`.

pub mod caught;
pub mod config;
pub mod environment;
pub mod exec;
pub mod fault;
pub mod files;
pub mod gate;
pub mod journal;
pub mod model;
pub mod repo;
pub mod report;
pub mod suite;
