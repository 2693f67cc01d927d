#pragma once

/// libxml2 behind a door: Debian's headers bring ICU's along, which clash with Foundation's own.

typedef struct guandu_xml guandu_xml;
typedef struct guandu_xml_node guandu_xml_node;
typedef struct guandu_xml_attribute guandu_xml_attribute;

enum guandu_xml_kind { guandu_xml_element, guandu_xml_text, guandu_xml_ignored, guandu_xml_other };

/// Reads UTF-8 from memory; fetches nothing, replaces no entities. NULL where it is not well-formed.
guandu_xml *guandu_xml_read(const char *bytes, int count);
void guandu_xml_free(guandu_xml *document);
int guandu_xml_has_document_type(const guandu_xml *document);
/// NULL where there is none; so too below. All live as long as the document.
const guandu_xml_node *guandu_xml_root(const guandu_xml *document);
const guandu_xml_node *guandu_xml_first(const guandu_xml_node *node);
const guandu_xml_node *guandu_xml_next(const guandu_xml_node *node);
enum guandu_xml_kind guandu_xml_kind_of(const guandu_xml_node *node);
const char *guandu_xml_name(const guandu_xml_node *element);
const char *guandu_xml_namespace(const guandu_xml_node *element);
const char *guandu_xml_content(const guandu_xml_node *text);
const guandu_xml_attribute *guandu_xml_first_attribute(const guandu_xml_node *element);
const guandu_xml_attribute *guandu_xml_next_attribute(const guandu_xml_attribute *attribute);
int guandu_xml_attribute_has_namespace(const guandu_xml_attribute *attribute);
const char *guandu_xml_attribute_name(const guandu_xml_attribute *attribute);
/// The first piece of its value.
const guandu_xml_node *guandu_xml_attribute_first(const guandu_xml_attribute *attribute);
/// Adds a last child of the element's own namespace. 0 where that fails.
int guandu_xml_append(const guandu_xml_node *element, const char *name, const char *text);
/// The root element as text, for the caller to free; NULL where there is no memory.
char *guandu_xml_write(const guandu_xml *document);
