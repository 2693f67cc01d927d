"""Every page that the other tests were served is well-formed HTML, and the browser understands the stylesheet. The file
comes last, by its name."""

import collections
import pathlib

import html5lib
import pytest
import tinycss2

STYLESHEET = pathlib.Path(__file__).parents[2] / "Sources/Sites/Web/Pages/stylesheet.css"
REFERENCES = ("for", "form", "aria-describedby", "aria-labelledby", "aria-controls")


def parsed(source):
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(source)
    return tree, [f"line {line}: {error}" for (line, _), error, _ in parser.errors]


def faults(source):
    """What is wrong with a page, as texts."""
    tree, found = parsed(source)
    parents = {child: parent for parent in tree.iter() for child in parent}
    ids = collections.Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    found += [f"the id {name} stands {count} times" for name, count in ids.items() if count > 1]
    for name in ("h1", "main", "title"):
        if len(list(tree.iter(name))) != 1:
            found.append(f"there is not one {name}")
    if not tree.get("lang"):
        found.append("the page has no language")
    labelled = {label.get("for") for label in tree.iter("label")}
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    found.append(f"{element.tag}: {attribute} names {name}, which is not there")
        if element.tag == "a" and (element.get("href") or "").startswith("#") and element.get("href")[1:] not in ids:
            found.append(f"a link leads to {element.get('href')}, which is not there")
        for attribute in element.attrib:
            if attribute == "style" or attribute.startswith("on"):
                found.append(f"{element.tag} has {attribute}, which the site's policy forbids")
        if element.tag == "button" and not element.get("type"):
            found.append("a button has no type")
        if element.tag in ("input", "select", "textarea") and element.get("type") != "hidden":
            above, is_within = element, False
            while above in parents:
                above = parents[above]
                is_within = is_within or above.tag == "label"
            if not is_within and element.get("id") not in labelled and not element.get("aria-label"):
                found.append(f"{element.tag} {element.get('name')} has no label")
    return found


def test_a_fault_would_be_found():
    page = "<!DOCTYPE html><html lang=en><title>a</title><main><h1>a</h1>{}</main>"
    assert faults(page.format("")) == []
    for wrong in ("<p>a</i>", "<p id=a></p><p id=a></p>", "<h1>b</h1>", "<input name=a>", '<label for="b">b</label>',
                  "<p style='color: red'></p>", "<button>a</button>", "<a href='#nowhere'>a</a>", "<ul><li></ul></li>"):
        assert faults(page.format(wrong)), wrong


def test_every_page_is_well_formed(served):
    if not served:
        pytest.skip("no other test was run")
    found = collections.defaultdict(set)
    for source, url in served.items():
        for fault in faults(source):
            found[fault].add(url)
    assert not found, "\n".join(f"{fault}: {sorted(urls)[:3]}" for fault, urls in found.items())
    print(f"{len(served)} pages")


def declarations(rules):
    for rule in rules:
        assert rule.type != "error", rule.message
        if rule.type == "at-rule":
            yield from declarations(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
        else:
            yield from tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)


def test_the_browser_understands_the_stylesheet(contexts):
    page = contexts().new_page()
    rules = tinycss2.parse_stylesheet(STYLESHEET.read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True)
    for declaration in declarations(rules):
        assert declaration.type == "declaration", declaration
        value = tinycss2.serialize(declaration.value).strip()
        # A text size that no adjustment is made to is a property of other browsers.
        if declaration.name.startswith(("--", "-webkit-")):
            continue
        assert page.evaluate("([name, value]) => CSS.supports(name, value)", [declaration.name, value]), (
            f"{declaration.name}: {value}")
