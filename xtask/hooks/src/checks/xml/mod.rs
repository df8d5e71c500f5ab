//! `check-xml`: well-formed XML 1.0, as expat (which the original's parser is) has it: entities are followed, what is declared
//! elsewhere isn't read, names may have colons anywhere.

use super::fault::Fault;
use super::{Check, File, Hit, Work};
use crate::options::Options;

mod content;
mod cursor;
mod declaration;
mod dtd;
mod encoding;
mod entity;
mod names;
mod token;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-xml",
    about: "XML files that are well-formed",
    version: 1,
    takes: "xml",
    work: Work::Bytes(run),
    fix: None,
};

/// What is known of a document once its beginning is read.
#[derive(Default)]
struct Document {
    entities: entity::Entities,
    /// Whether declarations may lie in a file that isn't read: then an unknown entity is no fault.
    declared_elsewhere: bool,
    /// Whether a part of the declarations couldn't be read, so that those after it don't count.
    is_partial: bool,
    /// What the XML declaration says.
    standalone: bool,
}

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    let hit = |text: &[u8], fault: Fault| {
        let (line, column) = super::position::position(text, fault.offset);
        let message = format!("no well-formed XML: {}", fault.message);
        vec![Hit { line: Some(line), column: Some(column), message }]
    };
    match encoding::to_utf8(bytes) {
        Err(fault) => hit(bytes, fault),
        Ok(text) => match check(&text) {
            Ok(()) => Vec::new(),
            Err(fault) => hit(text.as_bytes(), fault),
        },
    }
}

/// Whether `text`, whose characters are all allowed, is a document.
fn check(text: &str) -> Result<(), Fault> {
    let mut document = Document::default();
    let mut cursor = cursor::Cursor::new(text);
    if let Some(declared) = declaration::read(&mut cursor)? {
        document.standalone = declared.standalone;
    }
    let mut is_first = true;
    loop {
        cursor.skip_space();
        if cursor.is_at("<!--") || cursor.is_at("<?") {
            cursor.comment_or_instruction()?;
        } else if is_first && cursor.take("<!DOCTYPE") {
            is_first = false;
            document.doctype(&mut cursor)?;
        } else {
            break;
        }
    }
    if !cursor.is_at_start_tag() {
        return cursor.fault("expected an element");
    }
    document.root(&mut cursor)?;
    loop {
        cursor.skip_space();
        if cursor.is_at_end() {
            return Ok(());
        }
        if !cursor.is_at("<!--") && !cursor.is_at("<?") {
            return cursor.fault("there is more after the root element");
        }
        cursor.comment_or_instruction()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<usize> {
        check(text).err().map(|fault| fault.offset)
    }

    #[test]
    fn what_is_well_formed() {
        for text in [
            "<a/>",
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- c --><?pi x?><a b='c' d=\"&lt;&#233;&#xe9;\"/>\n<!-- d -->",
            "<a>text &amp; more <![CDATA[ <&> ]]]]><b:c xmlns:x=''></b:c ></a>",
            "<!DOCTYPE a [<!ENTITY e '<b>&f;</b>'><!ENTITY f 'x'>]><a g='&f;'>&e;</a>",
            "<!DOCTYPE a PUBLIC '-//W3C//DTD' 'x.dtd'><a>&unknown;</a>",
            "<!DOCTYPE a SYSTEM 'x.dtd' [<!ELEMENT a (#PCDATA|b)*><!ATTLIST a b CDATA #IMPLIED c (d|e) 'd'>]><a/>",
            "<!DOCTYPE a [<!ENTITY % p '<!ENTITY q \"r\">'> %p; <!NOTATION n PUBLIC 'x'>]><a>&q;</a>",
            "<!DOCTYPE a [<!ENTITY lt '&#38;#60;'><!ENTITY x SYSTEM 'y'>]><a>&lt;&x;</a>",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for (text, offset) in [
            ("", 0),
            ("text", 0),
            ("<a>", 3),
            ("<a></b>", 3),
            ("<a b='c' b='d'/>", 9),
            ("<a b=c/>", 5),
            ("<a b='<'/>", 6),
            ("<a b='c'd='e'/>", 8),
            ("<a>&none;</a>", 3),
            ("<a>]]></a>", 3),
            ("<a>&#0;</a>", 3),
            ("<a/><b/>", 4),
            (" <?xml version='1.0'?><a/>", 1),
            ("<a><!-- -- --></a>", 8),
            ("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", 35),
            ("<!DOCTYPE a [<!ENTITY e '<b>'>]><a>&e;</b></a>", 35),
            ("<!DOCTYPE a [<!ELEMENT a (b,c|d)>]><a/>", 29),
        ] {
            assert_eq!(fault(text), Some(offset), "{text}");
        }
    }

    #[test]
    fn entities_do_not_explode() {
        let mut text = "<!DOCTYPE a [<!ENTITY e0 'ha'>".to_owned();
        for at in 1..40 {
            let last = format!("&e{};", at - 1);
            text.extend(["<!ENTITY e", &at.to_string(), " '", &last.repeat(10), "'>"]);
        }
        text.push_str("]><a>&e39;</a>");
        assert!(check(&text).unwrap_err().message.contains("expand"));
        let deep: Vec<String> = (0..5000).map(|at| format!("<!ENTITY e{at} '&e{};'>", at + 1)).collect();
        let deep = deep.concat();
        assert!(fault(&format!("<!DOCTYPE a [{deep}]><a>&e0;</a>")).is_some());
        let nested = ["<a>".repeat(100_000), "</a>".repeat(100_000)].concat();
        assert_eq!(fault(&nested), None);
    }
}
