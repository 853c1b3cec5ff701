/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_DICOM_H
#define EMAGE_IMAGING_DICOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * DCMTK, as much of it as is needed, in C. No exception passes, nothing is
 * logged, no file is opened after dicom_init(). Functions return 0 or
 * -EM_E_INVALID; bool says whether the value is there. Pointers into a file
 * live until dicom_close().
 */
struct dicom_file;
struct dicom_item; /* a dataset, or an item of a sequence */

#define DICOM_TAG(group, element) ((uint32_t)(group) << 16 | (uint32_t)(element))

/* Loads the dictionary and registers the decoders. -EM_E_CONFIG when there is
 * no dictionary. Once, before the sandbox. */
int dicom_init(void);

/* Whether DCMTK reads an element of implicit VR as a sequence. */
bool dicom_is_sequence(uint32_t tag);

/* Reads a dataset (no meta group; deflated ones inflated before). The bytes
 * must outlive the file. */
int dicom_open(
    const uint8_t *bytes, size_t len, const char *transfer_syntax, struct dicom_file **file_r);
void dicom_close(struct dicom_file **file); /* nulls */
const struct dicom_item *dicom_dataset(const struct dicom_file *file);

/* Text as it is written, padding included; false when absent, empty or no text. */
bool dicom_text(const struct dicom_item *item, uint32_t tag, const char **bytes_r, size_t *len_r);
/* Numbers, whatever their VR; returns how many there are, of which at most
 * max are written. */
size_t dicom_numbers(const struct dicom_item *item, uint32_t tag, double *v_r, size_t max);
/* 16-bit words (tables), in the machine's byte order. */
bool dicom_words(const struct dicom_item *item, uint32_t tag, const uint16_t **v_r, size_t *n_r);
/* Bytes of an OB value. */
bool dicom_bytes(const struct dicom_item *item, uint32_t tag, const uint8_t **v_r, size_t *len_r);
bool dicom_has(const struct dicom_item *item, uint32_t tag);

size_t dicom_n_items(const struct dicom_item *item, uint32_t sequence);
/* NULL past the end. */
const struct dicom_item *dicom_item_at(const struct dicom_item *item, uint32_t sequence, size_t i);

/* Pixels that are not compressed, words in the machine's byte order. */
int dicom_native_pixels(
    const struct dicom_file *file, bool words, const uint8_t **v_r, size_t *len_r);
/* Compressed pixels: number of fragments (without the offset table) and each. */
size_t dicom_n_fragments(const struct dicom_file *file);
int dicom_fragment(const struct dicom_file *file, size_t i, const uint8_t **v_r, size_t *len_r);
/* The basic offset table as it stands: little-endian 32-bit words; may be empty. */
int dicom_offset_table(const struct dicom_file *file, const uint8_t **v_r, size_t *len_r);

/*
 * Decodes one JPEG frame, which begins at a fragment, into
 * `buffer` of `len` bytes (as large as a frame of the dataset's attributes).
 * model_r (17 bytes) gets the photometric interpretation of what was written;
 * JPEG colour comes as RGB, by pixel.
 */
int dicom_decode_frame(const struct dicom_file *file, uint32_t frame, uint32_t fragment,
    void *buffer, size_t len, char model_r[17]);

#ifdef __cplusplus
}
#endif

#endif
