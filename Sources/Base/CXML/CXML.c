#include "CXML.h"
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

static xmlDocPtr document_of(const guandu_xml *document) { return (xmlDocPtr)document; }
static xmlNodePtr node_of(const guandu_xml_node *node) { return (xmlNodePtr)node; }
static xmlAttrPtr attribute_of(const guandu_xml_attribute *attribute) { return (xmlAttrPtr)attribute; }

guandu_xml *guandu_xml_read(const char *bytes, int count) {
  int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC;
  return (guandu_xml *)xmlReadMemory(bytes, count, NULL, "UTF-8", options);
}

void guandu_xml_free(guandu_xml *document) { xmlFreeDoc(document_of(document)); }

int guandu_xml_has_document_type(const guandu_xml *document) {
  return document_of(document)->intSubset != NULL || document_of(document)->extSubset != NULL;
}

const guandu_xml_node *guandu_xml_root(const guandu_xml *document) {
  return (const guandu_xml_node *)xmlDocGetRootElement(document_of(document));
}

const guandu_xml_node *guandu_xml_first(const guandu_xml_node *node) {
  return (const guandu_xml_node *)node_of(node)->children;
}

const guandu_xml_node *guandu_xml_next(const guandu_xml_node *node) {
  return (const guandu_xml_node *)node_of(node)->next;
}

enum guandu_xml_kind guandu_xml_kind_of(const guandu_xml_node *node) {
  switch (node_of(node)->type) {
  case XML_ELEMENT_NODE: return guandu_xml_element;
  case XML_TEXT_NODE:
  case XML_CDATA_SECTION_NODE: return guandu_xml_text;
  case XML_COMMENT_NODE:
  case XML_PI_NODE: return guandu_xml_ignored;
  default: return guandu_xml_other;
  }
}

const char *guandu_xml_name(const guandu_xml_node *element) { return (const char *)node_of(element)->name; }

const char *guandu_xml_namespace(const guandu_xml_node *element) {
  xmlNsPtr space = node_of(element)->ns;
  return space == NULL ? NULL : (const char *)space->href;
}

const char *guandu_xml_content(const guandu_xml_node *text) { return (const char *)node_of(text)->content; }

const guandu_xml_attribute *guandu_xml_first_attribute(const guandu_xml_node *element) {
  return (const guandu_xml_attribute *)node_of(element)->properties;
}

const guandu_xml_attribute *guandu_xml_next_attribute(const guandu_xml_attribute *attribute) {
  return (const guandu_xml_attribute *)attribute_of(attribute)->next;
}

int guandu_xml_attribute_has_namespace(const guandu_xml_attribute *attribute) {
  return attribute_of(attribute)->ns != NULL;
}

const char *guandu_xml_attribute_name(const guandu_xml_attribute *attribute) {
  return (const char *)attribute_of(attribute)->name;
}

const guandu_xml_node *guandu_xml_attribute_first(const guandu_xml_attribute *attribute) {
  return (const guandu_xml_node *)attribute_of(attribute)->children;
}

int guandu_xml_append(const guandu_xml_node *element, const char *name, const char *text) {
  xmlNodePtr parent = node_of(element);
  return xmlNewTextChild(parent, parent->ns, (const xmlChar *)name, (const xmlChar *)text) != NULL;
}

char *guandu_xml_write(const guandu_xml *document) {
  xmlBufferPtr output = xmlBufferCreate();
  char *text = NULL;
  if (output != NULL && xmlNodeDump(output, document_of(document), xmlDocGetRootElement(document_of(document)), 0, 0) > 0)
    text = strdup((const char *)xmlBufferContent(output));
  xmlBufferFree(output);
  return text;
}
