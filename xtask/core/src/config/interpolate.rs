//! `${env.SERVICE.PORT}` in configuration values: the host port that the development environment gave a service.

use std::collections::BTreeMap;

use crate::model::{Problem, Result};

/// Where the development environment's services are reached: host ports by service and container port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports(BTreeMap<(String, u16), u16>);

impl Ports {
    /// Ports by service and container port.
    pub fn new(ports: impl IntoIterator<Item = (String, u16, u16)>) -> Self {
        Self(ports.into_iter().map(|(service, inside, host)| ((service, inside), host)).collect())
    }
}

/// `text` with each `${env.SERVICE.PORT}` replaced. All else that looks like a variable is left to the shell.
pub fn interpolate(text: &str, ports: &Ports) -> Result<String> {
    const START: &str = "${env.";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        out.push_str(&rest[..at]);
        let inside = &rest[at + START.len()..];
        let malformed = || {
            Problem::usage(format!("`{text}` holds a malformed `${{env.…}}`"))
                .fix("write it as `${env.SERVICE.PORT}`, such as `${env.web.5000}`")
        };
        let (name, after) = inside.split_once('}').ok_or_else(malformed)?;
        // A service's name may hold dots; a port can't.
        let (service, port) = name.rsplit_once('.').ok_or_else(malformed)?;
        let port: u16 = port.parse().map_err(|_| malformed())?;
        if service.is_empty() {
            return Err(malformed());
        }
        let host = ports.0.get(&(service.to_owned(), port)).ok_or_else(|| {
            Problem::missing(format!("no host port is known for `${{env.{service}.{port}}}`"))
                .why("the development environment isn't up, or the service publishes no such port")
                .fix("start it with `xtask env up`")
        })?;
        out.push_str(&host.to_string());
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProblemKind;

    #[test]
    fn known_ports_are_put_in() {
        let ports = Ports::new([("web".to_owned(), 5000, 20_080), ("a.b".to_owned(), 80, 1)]);
        for (text, expected) in [
            ("http://localhost:${env.web.5000}/login", "http://localhost:20080/login"),
            ("${env.web.5000}${env.a.b.80}", "200801"),
            ("echo ${HOME} $env.web.5000", "echo ${HOME} $env.web.5000"),
            ("", ""),
        ] {
            assert_eq!(interpolate(text, &ports).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn unknown_ports_are_missing_and_malformed_ones_wrong() {
        for (text, kind) in [
            ("${env.db.5432}", ProblemKind::Missing),
            ("${env.web}", ProblemKind::Usage),
            ("${env.web.http}", ProblemKind::Usage),
            ("${env.web.5000", ProblemKind::Usage),
            ("${env..5000}", ProblemKind::Usage),
            ("${env.web.70000}", ProblemKind::Usage),
        ] {
            assert_eq!(interpolate(text, &Ports::default()).unwrap_err().kind, kind, "{text}");
        }
    }
}
