/* SPDX-License-Identifier: MIT */
/*
 * Poppler behind imaging/pdf.h, in the process itself: a program of its own
 * would need exec and the file system.
 */
#include "imaging/pdf.h"

#include <climits>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <iconv.h>

#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-image.h>
#include <poppler/cpp/poppler-page-renderer.h>
#include <poppler/cpp/poppler-page.h>

extern "C" {
#include "common/err.h"
#include "common/text.h"
}

namespace
{

/* What Poppler reports may quote the document. */
void
be_silent(const std::string &, void *)
{
}

/* UTF-16 in machine order to UTF-8, without control characters but "\n". */
std::string
to_utf8(const poppler::ustring &s)
{
	std::string out;
	char c[4];

	for (size_t i = 0; i < s.size(); i++) {
		uint32_t cp = s[i];

		if (cp >= 0xd800 && cp < 0xdc00 && i + 1 < s.size() && s[i + 1] >= 0xdc00 &&
		    s[i + 1] < 0xe000)
			cp = 0x10000 + ((cp - 0xd800) << 10) + (s[++i] - 0xdc00u);
		if (cp >= 0xd800 && cp < 0xe000)
			cp = 0xfffd;
		if (cp == '\f')
			cp = '\n';
		if (cp == '\t' || cp == 0xa0)
			cp = ' ';
		if ((cp < 0x20 && cp != '\n') || (cp >= 0x7f && cp < 0xa0))
			continue;
		out.append(c, text_encode(cp, c));
	}
	return out;
}

std::vector<std::string>
lines_of(const std::string &text)
{
	std::vector<std::string> lines(1);

	for (char c : text) {
		if (c == '\n')
			lines.emplace_back();
		else
			lines.back() += c;
	}
	for (std::string &l : lines)
		l.erase(l.find_last_not_of(' ') + 1);
	return lines;
}

size_t
left_margin(const std::vector<std::string> &lines)
{
	size_t margin = SIZE_MAX;

	for (const std::string &l : lines)
		if (!l.empty())
			margin = std::min(margin, l.find_first_not_of(' '));
	return margin;
}

/* A page without its margin and without runs of empty lines. */
std::string
tidy(const std::string &text)
{
	std::vector<std::string> lines = lines_of(text);
	size_t margin = left_margin(lines);
	std::string out;
	bool gap = false;

	for (const std::string &l : lines) {
		if (l.empty()) {
			gap = !out.empty();
			continue;
		}
		if (gap)
			out += '\n';
		gap = false;
		out += l.substr(margin);
		out += '\n';
	}
	return out;
}

int
append_pages(const poppler::document &doc, int max_pages, struct buf *text)
{
	int n = doc.pages();

	if (n > max_pages)
		return -EM_E_TOO_LARGE;
	for (int i = 0; i < n; i++) {
		std::unique_ptr<poppler::page> page(doc.create_page(i));

		if (!page)
			return -EM_E_INVALID;
		std::string s =
		    tidy(to_utf8(page->text(poppler::rectf(), poppler::page::physical_layout)));
		if (s.empty())
			continue;
		if (text->len > 0)
			s.insert(0, 1, '\n');
		if (buf_append(text, s.data(), s.size()) < 0)
			return -EM_E_TOO_LARGE;
	}
	return text->len > 0 ? 0 : -EM_E_NOT_FOUND;
}

} // namespace

/*
 * A page with a word on it makes Poppler load its tables, and the C library the
 * converters that it uses. Both go away with their last user, so the document
 * and a pair of converters stay for the life of the process.
 */
int
pdf_init(void)
{
	static const char SMALL[] =
	    "%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
	    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources"
	    "<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
	    "4 0 obj<</Length 32>>stream\nBT /F 9 Tf 9 9 Td (word) Tj ET   \nendstream endobj\n"
	    "trailer<</Root 1 0 R>>\n";
	static std::unique_ptr<poppler::document> kept;
	static iconv_t there, back;
	struct buf text;
	int rc;

	poppler::set_debug_error_function(be_silent, nullptr);
	there = iconv_open("UTF-16", "UTF-8");
	back = iconv_open("UTF-8", "UTF-16");
	if (there == reinterpret_cast<iconv_t>(-1) || back == reinterpret_cast<iconv_t>(-1))
		return -EM_E_CONFIG;
	kept.reset(poppler::document::load_from_raw_data(SMALL, sizeof(SMALL) - 1));
	buf_init(&text, 64);
	rc = pdf_to_text(SMALL, sizeof(SMALL) - 1, 1, &text);
	buf_release(&text);
	return kept && rc == 0 ? 0 : -EM_E_CONFIG;
}

int
pdf_to_text(const char *pdf, size_t len, int max_pages, struct buf *text)
{
	if (len > INT_MAX)
		return -EM_E_INVALID;
	try {
		std::unique_ptr<poppler::document> doc(
		    poppler::document::load_from_raw_data(pdf, static_cast<int>(len)));

		if (!doc)
			return -EM_E_INVALID;
		if (doc->is_locked())
			return -EM_E_REFUSED;
		return append_pages(*doc, max_pages, text);
	} catch (const std::exception &) {
		return -EM_E_INVALID;
	}
}

struct pdf_pages {
	std::unique_ptr<poppler::document> doc;
};

namespace
{

const double PAGE_DPI = 150;
const double PAGE_PIXELS = 4e6;

/* Blue, green, red and a byte unused (argb32 in memory) to RGB. */
bool
copy_rgb(const poppler::image &image, uint8_t **rgb_r)
{
	size_t width = static_cast<size_t>(image.width());
	size_t height = static_cast<size_t>(image.height());
	auto *out = static_cast<uint8_t *>(malloc(width * height * 3));

	if (out == nullptr)
		return false;
	*rgb_r = out;
	for (size_t y = 0; y < height; y++) {
		const char *line =
		    image.const_data() + y * static_cast<size_t>(image.bytes_per_row());
		const auto *p = reinterpret_cast<const uint8_t *>(line);

		for (size_t x = 0; x < width; x++, p += 4, out += 3) {
			out[0] = p[2];
			out[1] = p[1];
			out[2] = p[0];
		}
	}
	return true;
}

int
render(const poppler::page &page, uint8_t **rgb_r, uint32_t *rows_r, uint32_t *columns_r)
{
	poppler::page_renderer renderer;
	poppler::rectf size = page.page_rect();
	double inches = size.width() * size.height() / (72 * 72);
	double dpi = PAGE_DPI;

	if (!(inches > 0) || !(size.width() > 0))
		return -EM_E_INVALID;
	if (inches * dpi * dpi > PAGE_PIXELS)
		dpi = std::sqrt(PAGE_PIXELS / inches);
	renderer.set_render_hints(
	    poppler::page_renderer::antialiasing | poppler::page_renderer::text_antialiasing);
	poppler::image image = renderer.render_page(&page, dpi, dpi);
	if (!image.is_valid() || image.format() != poppler::image::format_argb32 ||
	    image.width() < 1 || image.height() < 1)
		return -EM_E_INVALID;
	*rows_r = static_cast<uint32_t>(image.height());
	*columns_r = static_cast<uint32_t>(image.width());
	return copy_rgb(image, rgb_r) ? 0 : -EM_E_NO_MEMORY;
}

} // namespace

int
pdf_pages_open(const char *pdf, size_t len, int max_pages, struct pdf_pages **p_r)
{
	*p_r = nullptr;
	if (len > INT_MAX)
		return -EM_E_INVALID;
	try {
		std::unique_ptr<pdf_pages> p(new pdf_pages);

		p->doc.reset(poppler::document::load_from_raw_data(pdf, static_cast<int>(len)));
		if (!p->doc || p->doc->is_locked() || p->doc->pages() < 1)
			return -EM_E_INVALID;
		if (p->doc->pages() > max_pages)
			return -EM_E_TOO_LARGE;
		*p_r = p.release();
		return 0;
	} catch (const std::exception &) {
		return -EM_E_INVALID;
	}
}

int
pdf_pages_count(const struct pdf_pages *p)
{
	return p->doc->pages();
}

int
pdf_pages_render(
    const struct pdf_pages *p, int page, uint8_t **rgb_r, uint32_t *rows_r, uint32_t *columns_r)
{
	*rgb_r = nullptr;
	try {
		std::unique_ptr<poppler::page> one(p->doc->create_page(page));

		return one ? render(*one, rgb_r, rows_r, columns_r) : -EM_E_INVALID;
	} catch (const std::exception &) {
		return -EM_E_INVALID;
	}
}

void
pdf_pages_close(struct pdf_pages **p)
{
	delete *p;
	*p = nullptr;
}
