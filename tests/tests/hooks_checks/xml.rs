//! `check-xml` beside its original, which uses expat.

use super::inputs::{made, mutated};
use super::{Pair, referees};

fn wide(text: &str, little: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// Documents of an element's content.
fn contents() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 46] = [
        b"<a>",
        b"</a>",
        b"<b c='d'>",
        b"</b>",
        b"<b/>",
        b"<a b='1' b='2'/>",
        b"<a b='1' c=\"2\" />",
        b"<a b='&lt;'/>",
        b"<a b='<'/>",
        b"<a b='&none;'/>",
        b"text",
        b" ",
        b"\n",
        b"&amp;",
        b"&lt;",
        b"&#65;",
        b"&#x41;",
        b"&#0;",
        b"&#xD800;",
        b"&#x110000;",
        b"&#xFFFE;",
        b"&#;",
        b"&",
        b"&none;",
        b"&a b;",
        b"<!-- c -->",
        b"<!-- -- -->",
        b"<!--->",
        b"<?pi x?>",
        b"<?xml x?>",
        b"<?XML?>",
        b"<?pi?>",
        b"<? ?>",
        b"<![CDATA[ <x> ]]>",
        b"<![CDATA[",
        b"]]>",
        b"]]",
        b"<!DOCTYPE a>",
        b"<",
        b">",
        b"\xc3\xa9",
        b"\xff",
        b"\x01",
        b"\xef\xbf\xbf",
        b"<\xc3\xa9/>",
        b"<a:b:c :d='' _e=''/>",
    ];
    let mut all = made(&fragments, 6, 5000);
    all.extend(
        made(&fragments, 4, 5000).into_iter().map(|inner| [b"<r>", inner.as_slice(), b"</r>"].concat()),
    );
    all
}

/// Documents with declarations of types.
fn types() -> Vec<Vec<u8>> {
    let declarations: [&[u8]; 62] = [
        b"<!ENTITY e 'text'>",
        b"<!ENTITY e '<b>x</b>'>",
        b"<!ENTITY e '<b>'>",
        b"<!ENTITY e '&f;'>",
        b"<!ENTITY f '&e;'>",
        b"<!ENTITY f 'x'>",
        b"<!ENTITY e '&#38;'>",
        b"<!ENTITY e '&#60;'>",
        b"<!ENTITY e '&#38;#60;'>",
        b"<!ENTITY e '&#0;'>",
        b"<!ENTITY e '&'>",
        b"<!ENTITY e '%'>",
        b"<!ENTITY e '%p;'>",
        b"<!ENTITY e SYSTEM 'x'>",
        b"<!ENTITY e PUBLIC 'p' 'x'>",
        b"<!ENTITY e PUBLIC 'p'>",
        b"<!ENTITY e SYSTEM 'x' NDATA n>",
        b"<!ENTITY e PUBLIC '{' 'x'>",
        b"<!ENTITY lt 'x'>",
        b"<!ENTITY lt '<'>",
        b"<!ENTITY % p '<!ENTITY f \"y\">'>",
        b"<!ENTITY % p 'nonsense'>",
        b"<!ENTITY % p SYSTEM 'x'>",
        b"<!ENTITY % p '<!ENTITY f'>",
        b"<!ENTITY % q '&#37;p;'>",
        b"<!ENTITY % p '&#37;q;'>",
        b"<!ENTITY % p '<!ENTITY e \"&#37;q;\">'>",
        b"<!ENTITY % q 'deep'>",
        b"%p;",
        b"%q;",
        b"%none;",
        b"% p;",
        b"<!ENTITY e'x'>",
        b"<!ENTITY e 'x'y>",
        b"<!ELEMENT a EMPTY>",
        b"<!ELEMENT a ANY>",
        b"<!ELEMENT a (#PCDATA)>",
        b"<!ELEMENT a (#PCDATA)*>",
        b"<!ELEMENT a (#PCDATA|b)*>",
        b"<!ELEMENT a (#PCDATA|b)>",
        b"<!ELEMENT a (b,c?,(d|e)*)+>",
        b"<!ELEMENT a (b|c,d)>",
        b"<!ELEMENT a ((b))>",
        b"<!ELEMENT a ()>",
        b"<!ELEMENT a b>",
        b"<!ELEMENT a ( b , c* )>",
        b"<!ATTLIST a b CDATA #IMPLIED>",
        b"<!ATTLIST a b CDATA #FIXED 'x' c ID #REQUIRED>",
        b"<!ATTLIST a b (x|1y) 'x'>",
        b"<!ATTLIST a b NOTATION (n|m) #IMPLIED>",
        b"<!ATTLIST a b CDATA '&e;'>",
        b"<!ATTLIST a b CDATA '<'>",
        b"<!ATTLIST a>",
        b"<!ATTLIST a b>",
        b"<!NOTATION n SYSTEM 'x'>",
        b"<!NOTATION n PUBLIC 'x'>",
        b"<!NOTATION n PUBLIC 'x' 'y'>",
        b"<!-- c -->",
        b"<?pi?>",
        b"<![INCLUDE[ ]]>",
        b" ",
        b"x",
    ];
    let starts = [
        "<!DOCTYPE a [",
        "<!DOCTYPE a SYSTEM 'x' [",
        "<?xml version='1.0' standalone='yes'?><!DOCTYPE a [",
        "<!DOCTYPE a PUBLIC '-//X//' \"y\"[",
    ];
    let ends = [
        "]><a/>",
        "]><a>&e;</a>",
        "]><a b='&e;'/>",
        "] ><a>&f;&e;</a>",
        "]><a>&lt;&none;</a>",
        "]><a>&e;&e;</b></a>",
        "",
        "]]><a/>",
        "]><!DOCTYPE a><a/>",
    ];
    let mut all = Vec::new();
    for (at, inner) in made(&declarations, 4, 9000).into_iter().enumerate() {
        let start = starts[at % starts.len()];
        let end = ends[at / starts.len() % ends.len()];
        all.push([start.as_bytes(), &inner, end.as_bytes()].concat());
    }
    all
}

fn edges() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 5] = [
        b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<!-- c -->\n<root xmlns:x=\"u\" a='1'>\n  <x:y z=\"&amp;&#x41;\">t</x:y><e/>\n  <![CDATA[raw ]]]]><?pi data?>\n</root>\n",
        b"<!DOCTYPE r PUBLIC \"-//A//B\" \"c.dtd\" [\n<!ELEMENT r (a?,(b|c)*)>\n<!ATTLIST r d CDATA #IMPLIED e (f|g) \"f\">\n<!ENTITY h \"i&#38;j\">\n<!NOTATION k SYSTEM 'l'>\n]>\n<r>&h;</r>\n",
        b"<svg width='1' viewBox=\"0 0 1 1\"><path d='M0 0'/></svg>",
        b"<!DOCTYPE a[<!ENTITY % p \"<!ENTITY q 'r'>\">%p;<!ENTITY s '&q;'>]><a t='&s;'>&s;</a>",
        b"<?xml version='1.0'?><a/><?end?><!-- e -->",
    ];
    let mut all = mutated(&texts, b"<>/!?&;%'\"=[]()|,*+ \n-:#xA1\x01\xe9", 1500);
    let singles = [
        "",
        " ",
        "<",
        "<a",
        "<a/>",
        " <a/>",
        "\u{feff}<a/>",
        "<a/>\u{feff}",
        "\n<?xml version='1.0'?><a/>",
        "<?xml version='1.0'?>",
        "<a/>x",
        "<a/><a/>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a><b/>",
        "<a/><!DOCTYPE a>",
        "<!DOCTYPE><a/>",
        "<!DOCTYPE a []><a/>",
        "<!doctype a><a/>",
        "<a\u{2028}/>",
        "<\u{10400}/>",
        "<a>\u{10400}\u{85}\u{7f}</a>",
        "<a \u{e9}='\u{e9}'/>",
        "<\u{b7}/>",
        "<a\u{b7}/>",
        "<a xmlns:b='' b:c='' b:c=''/>",
        "<x:a/>",
        "<a b = 'c'\n/>",
        "<a / >",
        "< a/>",
        "</a>",
        "<a></a  >",
        "<a></ a>",
        "<1/>",
        "<a.1-_/>",
        "<-a/>",
        "<a\t>\r</a>",
    ];
    all.extend(singles.iter().map(|text| text.as_bytes().to_vec()));
    for text in [
        "<a>\u{e9}</a>",
        "<a\u{e9}/>",
        "\u{feff}<a/>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?xml version='1.0' encoding='utf-16le'?><a/>",
        "<?xml version='1.0' encoding='UTF-16BE'?><a/>",
        "<?xml version='1.0' encoding='UTF-8'?><a/>",
        "<?xml version='1.0' encoding='iso-8859-1'?><a/>",
        "<a>\u{1f600}</a>",
        "<a",
        "",
    ] {
        for little in [true, false] {
            all.push(wide(text, little));
            let mark: &[u8] = if little { b"\xff\xfe" } else { b"\xfe\xff" };
            all.push([mark, &wide(text, little)].concat());
        }
    }
    let encodings = [
        "UTF-8",
        "utf-8",
        "utf8",
        "UTF_8",
        "U8",
        "ISO-8859-1",
        "iso8859-1",
        "latin1",
        "latin-1",
        "L1",
        "US-ASCII",
        "us-ascii",
        "ascii",
        "windows-1252",
        "Windows-1251",
        "cp1252",
        "cp437",
        "koi8-r",
        "KOI8_U",
        "iso-8859-15",
        "ISO8859-2",
        "mac-roman",
        "macroman",
        "shift_jis",
        "euc-jp",
        "gbk",
        "big5",
        "gb18030",
        "utf-7",
        "utf-32",
        "UTF-16",
        "ucs-2",
        "rot13",
        "hex",
        "cp037",
        "nonsense",
        "x",
        "1",
        "",
        "utf-8-sig",
        "cp65001",
        "tis-620",
        "iso-2022-jp",
    ];
    for name in encodings {
        let mark: &[u8] = b"\xef\xbb\xbf";
        for rest in [&b"<a/>"[..], b"<a>\xc3\xa9</a>", b"<a>\xe9</a>", b"<\xe9>x</\xe9>"] {
            let document = [format!("<?xml version='1.0' encoding='{name}'?>").as_bytes(), rest].concat();
            all.push([mark, &document].concat());
            all.push(document);
        }
    }
    for declaration in [
        "<?xml?>",
        "<?xml ?>",
        "<?xml version='1.0' ?>",
        "<?xml version='1.1'?>",
        "<?xml version='2'?>",
        "<?xml version=''?>",
        "<?xml version='a b'?>",
        "<?xml version = \"1.0\"?>",
        "<?xml version='1.0\"?>",
        "<?xml encoding='UTF-8'?>",
        "<?xml version='1.0' encoding='UTF-8'standalone='yes'?>",
        "<?xml version='1.0' standalone='yes'?>",
        "<?xml version='1.0' standalone='Yes'?>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>",
        "<?xml version='1.0' encoding='UTF-8' standalone='no' ?>",
        "<?xml version='1.0' encoding='UTF-8' x='y'?>",
        "<?xml\tversion='1.0'\n?>",
        "<?xmlversion='1.0'?>",
        "<?xml-model href='x'?>",
        "<?XML version='1.0'?>",
        "<?Xml?>",
        "<?xml version='1.0'?",
        "<?xml version='1.0'>",
        "<?xml version='1.0'??>",
    ] {
        all.push([declaration, "<a/>"].concat().into_bytes());
    }
    let mut lol = "<!DOCTYPE a [<!ENTITY l0 'lol'>".to_owned();
    for at in 1..12 {
        lol.extend(["<!ENTITY l", &at.to_string(), " '", &format!("&l{};", at - 1).repeat(10), "'>"]);
    }
    for deepest in [2, 11] {
        all.push(format!("{lol}]><a>&l{deepest};</a>").into_bytes());
        all.push(format!("{lol}]><a b='&l{deepest};'/>").into_bytes());
    }
    all.push(["<a>".repeat(5000), "</a>".repeat(5000)].concat().into_bytes());
    all
}

#[test]
fn xml() {
    let Some(bin) = referees() else { return };
    for inputs in [contents(), types(), edges()] {
        Pair::new("check-xml", &[], "check-xml").compare(&bin, "xml", inputs);
    }
}
