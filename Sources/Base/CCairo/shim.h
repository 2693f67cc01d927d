#pragma once
#include <cairo/cairo-ft.h>
#include <cairo/cairo-pdf.h>
#include <cairo/cairo.h>
#include <ft2build.h>
#include FT_FREETYPE_H
